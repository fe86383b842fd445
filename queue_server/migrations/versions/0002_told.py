"""What an officer must be told until they have read it: somebody took their counter or their visitor.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TOLD = """
CREATE TABLE told (
	office_id {number} NOT NULL,
	person_id {number} NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	label TEXT DEFAULT '' NOT NULL,
	by_person {number} DEFAULT 0 NOT NULL,
	at {number} DEFAULT 0 NOT NULL,
	UNIQUE (office_id, person_id),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
"""


def upgrade() -> None:
    bind = op.get_bind()
    number = "INTEGER" if bind.dialect.name == "sqlite" else "BIGINT"
    bind.exec_driver_sql(TOLD.format(number=number).strip())
