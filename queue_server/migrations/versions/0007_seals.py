"""The seals of the log, and how many refusals the log tells of already.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SEAL = """
CREATE TABLE seal (
	office_id {number} NOT NULL,
	seq {number} DEFAULT 0 NOT NULL,
	hash TEXT DEFAULT '' NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	at {number} DEFAULT 0 NOT NULL,
	tick {number} DEFAULT 0 NOT NULL,
	boot {number} DEFAULT 0 NOT NULL,
	UNIQUE (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""


def upgrade() -> None:
    bind = op.get_bind()
    number = "INTEGER" if bind.dialect.name == "sqlite" else "BIGINT"
    for change in (
        SEAL.format(number=number).strip(),
        f"ALTER TABLE refusal ADD COLUMN counted {number} DEFAULT 0 NOT NULL",
    ):
        bind.exec_driver_sql(change)
