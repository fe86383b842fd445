"""Sessions end by the steady clock (moment.py), which nobody can set: what was wall time is a tick now.

The two are close: a session from before lasts as long as it would have, give or take what the wall clock was set
since the machine started.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    for change in (
        "ALTER TABLE session RENAME COLUMN expires_at TO expires_tick",
        "ALTER TABLE session RENAME COLUMN used_at TO used_tick",
    ):
        bind.exec_driver_sql(change)
