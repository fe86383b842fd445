"""What an honest figure needs of a step: the time that its standard does not count, and the acts that its row hides.

The index holds only the few events that a step's row no longer shows; what makes a step implausible is read through it.
The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    number = "INTEGER" if bind.dialect.name == "sqlite" else "BIGINT"
    for change in (
        "CREATE INDEX event_of_note ON event (office_id, step_id, seq) "
        "WHERE kind IN ('reopened', 'no_show', 'undone')",
        f"ALTER TABLE step ADD COLUMN waited_off_ms {number} DEFAULT 0 NOT NULL",
        f"ALTER TABLE step ADD COLUMN parked_off_ms {number} DEFAULT 0 NOT NULL",
    ):
        bind.exec_driver_sql(change)
