"""How visitors are reached who asked for it, and the outbox of what they are told. Empty at first.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


CONTACT = """
CREATE TABLE contact (
	id {serial} NOT NULL,
	office_id {number} NOT NULL,
	ticket_id {number} DEFAULT 0 NOT NULL,
	reservation_id {number} DEFAULT 0 NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	sealed TEXT DEFAULT '' NOT NULL,
	mark TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT 'id' NOT NULL,
	awaits TEXT DEFAULT '' NOT NULL,
	made_at {number} DEFAULT 0 NOT NULL,
	erase_at {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
MESSAGE = """
CREATE TABLE message (
	id {serial} NOT NULL,
	office_id {number} NOT NULL,
	contact_id {number} DEFAULT 0 NOT NULL,
	ticket_id {number} DEFAULT 0 NOT NULL,
	reservation_id {number} DEFAULT 0 NOT NULL,
	step_id {number} DEFAULT 0 NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	occasion TEXT DEFAULT '' NOT NULL,
	nth {number} DEFAULT 0 NOT NULL,
	facts TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	due_at {number} DEFAULT 0 NOT NULL,
	until_at {number} DEFAULT 0 NOT NULL,
	tries {number} DEFAULT 0 NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	made_at {number} DEFAULT 0 NOT NULL,
	ended_at {number},
	erase_at {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, ticket_id, reservation_id, occasion, nth, channel),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
INDEXES = (
    "CREATE INDEX ix_contact_erase_at ON contact (erase_at)",
    "CREATE INDEX contact_of_ticket ON contact (ticket_id)",
    "CREATE INDEX contact_of_reservation ON contact (reservation_id)",
    "CREATE INDEX contact_of_mark ON contact (office_id, mark)",
    "CREATE INDEX contact_in_line ON contact (office_id, awaits) WHERE awaits <> ''",
    "CREATE INDEX ix_message_erase_at ON message (erase_at)",
    "CREATE INDEX message_due ON message (due_at) WHERE state IN ('waiting', 'sending')",
    "CREATE INDEX message_of_contact ON message (contact_id)",
)


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    kinds = {"serial": "INTEGER" if lite else "BIGSERIAL", "number": "INTEGER" if lite else "BIGINT"}
    for statement in (CONTACT, MESSAGE):
        bind.exec_driver_sql(statement.format(**kinds).strip())
    for statement in INDEXES:
        bind.exec_driver_sql(statement)
