"""What past days and months add up to, for reports. Empty at first: the server fills it in the background.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


TALLY = """
CREATE TABLE tally (
	office_id {number} NOT NULL,
	span TEXT DEFAULT '' NOT NULL,
	start TEXT DEFAULT '' NOT NULL,
	weekday {number} DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	part TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	numbers {number} DEFAULT 0 NOT NULL,
	steps {number} DEFAULT 0 NOT NULL,
	counts TEXT DEFAULT '' NOT NULL,
	waits {run} NOT NULL,
	services {run} NOT NULL,
	waits_flagged {run} NOT NULL,
	services_flagged {run} NOT NULL,
	UNIQUE (office_id, span, part, start, service, name),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
BOOK = """
CREATE TABLE tally_book (
	office_id {number} NOT NULL,
	seq {number} DEFAULT 0 NOT NULL,
	rules TEXT DEFAULT '' NOT NULL,
	left_out TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    for statement in (TALLY, BOOK):
        bind.exec_driver_sql(statement.format(
            number="INTEGER" if lite else "BIGINT", run="BLOB" if lite else "BYTEA").strip())
