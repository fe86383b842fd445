"""Rooms with units and a countdown, batches, and stages for which two must be ready. Empty at first.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


SITTING = """
CREATE TABLE sitting (
	id {serial} NOT NULL,
	office_id {number} NOT NULL,
	step_id {number} NOT NULL,
	room TEXT DEFAULT '' NOT NULL,
	unit TEXT DEFAULT '' NOT NULL,
	minutes {number} DEFAULT 0 NOT NULL,
	extended_min {number} DEFAULT 0 NOT NULL,
	began_at {number} DEFAULT 0 NOT NULL,
	began_tick {number} DEFAULT 0 NOT NULL,
	warned {number} DEFAULT 0 NOT NULL,
	over {number} DEFAULT 0 NOT NULL,
	ended_at {number},
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(step_id) REFERENCES step (id)
)
"""
BATCH = """
CREATE TABLE batch (
	office_id {number} NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	room TEXT DEFAULT '' NOT NULL,
	number {number} DEFAULT 0 NOT NULL,
	at {number} DEFAULT 0 NOT NULL,
	called TEXT DEFAULT '' NOT NULL,
	passed TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, day, room, number),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
READINESS = """
CREATE TABLE readiness (
	office_id {number} NOT NULL,
	ticket_id {number} NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	asked_at {number} DEFAULT 0 NOT NULL,
	asked_tick {number} DEFAULT 0 NOT NULL,
	visitor_at {number},
	visitor_tick {number},
	other_at {number},
	other_tick {number},
	UNIQUE (ticket_id, service),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(ticket_id) REFERENCES ticket (id)
)
"""
INDEXES = (
    "CREATE UNIQUE INDEX one_sitting_per_unit ON sitting (office_id, unit) WHERE ended_at IS NULL",
    "CREATE INDEX sitting_of_step ON sitting (step_id)",
)


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    kinds = {"serial": "INTEGER" if lite else "BIGSERIAL", "number": "INTEGER" if lite else "BIGINT"}
    for statement in (SITTING, BATCH, READINESS):
        bind.exec_driver_sql(statement.format(**kinds).strip())
    for statement in INDEXES:
        bind.exec_driver_sql(statement)
