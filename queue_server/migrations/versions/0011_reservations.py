"""Reservations, and the registry of people in custody.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INMATE = """
CREATE TABLE inmate (
	id {id} NOT NULL,
	office_id {number} NOT NULL,
	register TEXT DEFAULT '' NOT NULL,
	status TEXT DEFAULT '' NOT NULL,
	block TEXT DEFAULT '' NOT NULL,
	days TEXT DEFAULT '' NOT NULL,
	may_visit {number} DEFAULT 0 NOT NULL,
	hidden {number} DEFAULT 0 NOT NULL,
	imported_at {number} DEFAULT 0 NOT NULL,
	gone {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, register),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
RESERVATION = """
CREATE TABLE reservation (
	id {id} NOT NULL,
	office_id {number} NOT NULL,
	number {number} DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	session TEXT DEFAULT '' NOT NULL,
	pool TEXT DEFAULT '' NOT NULL,
	place {number} DEFAULT 0 NOT NULL,
	priority {number} DEFAULT 0 NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	version {number} DEFAULT 0 NOT NULL,
	secret TEXT NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT 'id' NOT NULL,
	starts_at {number} DEFAULT 0 NOT NULL,
	ends_at {number} DEFAULT 0 NOT NULL,
	expires_at {number} DEFAULT 0 NOT NULL,
	men {number} DEFAULT 0 NOT NULL,
	women {number} DEFAULT 0 NOT NULL,
	children {number} DEFAULT 0 NOT NULL,
	people {number} DEFAULT 1 NOT NULL,
	permit {number} DEFAULT 0 NOT NULL,
	person TEXT DEFAULT '' NOT NULL,
	identity_end TEXT DEFAULT '' NOT NULL,
	holder_name TEXT DEFAULT '' NOT NULL,
	device TEXT DEFAULT '' NOT NULL,
	inmate_id {number} DEFAULT 0 NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	made_at {number} DEFAULT 0 NOT NULL,
	changed_at {number},
	ended_at {number},
	ended_by TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	ticket_id {number} DEFAULT 0 NOT NULL,
	erase_at {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	UNIQUE (office_id, code),
	FOREIGN KEY(office_id) REFERENCES office (id),
	UNIQUE (secret)
)
"""
INDEXES = (
    "CREATE INDEX ix_reservation_erase_at ON reservation (erase_at)",
    "CREATE INDEX reservation_due ON reservation (expires_at) WHERE state = 'booked'",
    "CREATE INDEX reservation_of_day ON reservation (office_id, day, service)",
    "CREATE INDEX reservation_of_ticket ON reservation (ticket_id)",
    "CREATE UNIQUE INDEX one_holder_of_a_place ON reservation (office_id, service, day, session, pool, "
    "place) WHERE state IN ('booked', 'checked_in')",
    "CREATE UNIQUE INDEX one_reservation_of_a_person ON reservation (office_id, service, person) WHERE "
    "state = 'booked' AND person <> ''",
)


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    for statement in (INMATE, RESERVATION):
        bind.exec_driver_sql(statement.format(
            id="INTEGER" if lite else "BIGSERIAL", number="INTEGER" if lite else "BIGINT").strip())
    for statement in INDEXES:
        bind.exec_driver_sql(statement)
