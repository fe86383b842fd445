"""An index of the few events that a step's row no longer shows: what makes a step implausible is read through it.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        "CREATE INDEX event_of_note ON event (office_id, step_id, seq) WHERE kind IN ('reopened', 'no_show', 'undone')")
