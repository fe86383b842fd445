"""Cases: what continues on another day, with its code. Empty at first.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


CASE_FILE = """
CREATE TABLE case_file (
	id {serial} NOT NULL,
	office_id {number} NOT NULL,
	number {number} DEFAULT 0 NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	ticket_id {number} DEFAULT 0 NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	opened_at {number} DEFAULT 0 NOT NULL,
	days {number} DEFAULT 0 NOT NULL,
	due TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	ready_at {number},
	ready_day TEXT DEFAULT '' NOT NULL,
	over_at {number},
	over_day TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	collect_ticket_id {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	UNIQUE (office_id, code),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
INDEXES = (
    "CREATE INDEX case_open ON case_file (office_id, due) WHERE state IN ('in_work', 'ready')",
    "CREATE INDEX case_due ON case_file (office_id, due, service)",
    "CREATE INDEX case_of_ticket ON case_file (ticket_id)",
    "CREATE INDEX case_collected_with ON case_file (collect_ticket_id)",
)


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    kinds = {"serial": "INTEGER" if lite else "BIGSERIAL", "number": "INTEGER" if lite else "BIGINT"}
    bind.exec_driver_sql(CASE_FILE.format(**kinds).strip())
    for statement in INDEXES:
        bind.exec_driver_sql(statement)
