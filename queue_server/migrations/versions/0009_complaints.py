"""Complaints: their words, and what became of them.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COMPLAINT = """
CREATE TABLE complaint (
	id {id} NOT NULL,
	office_id {number} NOT NULL,
	number {number} DEFAULT 0 NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	made_at {number} DEFAULT 0 NOT NULL,
	category TEXT DEFAULT '' NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	restricted {number} DEFAULT 0 NOT NULL,
	about_lead {number} DEFAULT 0 NOT NULL,
	ticket_id {number} DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	due TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	tracking TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT '' NOT NULL,
	made_seq {number} DEFAULT 0 NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	contact TEXT DEFAULT '' NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	readers TEXT DEFAULT '' NOT NULL,
	answer TEXT DEFAULT '' NOT NULL,
	answered_at {number},
	answered_day TEXT DEFAULT '' NOT NULL,
	answered_by {number},
	handed_to TEXT DEFAULT '' NOT NULL,
	reference TEXT DEFAULT '' NOT NULL,
	handed_at {number},
	handed_day TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	closed_at {number},
	erase_at {number},
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	UNIQUE (tracking),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    bind.exec_driver_sql(COMPLAINT.format(
        id="INTEGER" if lite else "BIGSERIAL", number="INTEGER" if lite else "BIGINT").strip())
    bind.exec_driver_sql("CREATE INDEX complaint_of_ticket ON complaint (ticket_id)")
    bind.exec_driver_sql("CREATE INDEX complaint_open ON complaint (office_id, due) WHERE state <> 'closed'")
