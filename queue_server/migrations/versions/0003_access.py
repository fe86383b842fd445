"""The second factor of a person, and when a session was last used.

A session from before counts as used at the upgrade.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    number = "INTEGER" if bind.dialect.name == "sqlite" else "BIGINT"
    for change in (
        "ALTER TABLE person ADD COLUMN totp_secret TEXT DEFAULT '' NOT NULL",
        f"ALTER TABLE person ADD COLUMN totp_step {number} DEFAULT 0 NOT NULL",
        f"ALTER TABLE session ADD COLUMN used_at {number} DEFAULT 0 NOT NULL",
        "UPDATE session SET used_at = expires_at - 12 * 3600000",
    ):
        bind.exec_driver_sql(change)
