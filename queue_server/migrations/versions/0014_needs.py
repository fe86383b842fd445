"""What visitors said that they need, and calls that wait until somebody has gone to the visitor. Empty at first.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


NEED = """
CREATE TABLE need (
	id {serial} NOT NULL,
	office_id {number} NOT NULL,
	ticket_id {number} DEFAULT 0 NOT NULL,
	reservation_id {number} DEFAULT 0 NOT NULL,
	stated TEXT DEFAULT '' NOT NULL,
	to_fetch {number} DEFAULT 0 NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	erase_at {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
INDEXES = (
    "CREATE INDEX need_of_ticket ON need (ticket_id)",
    "CREATE INDEX need_of_reservation ON need (reservation_id) WHERE ticket_id = 0",
    "CREATE INDEX need_of_office ON need (office_id, erase_at)",
    "CREATE INDEX call_held ON call (office_id, step_id) WHERE state = 'held'",
)


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    kinds = {"serial": "INTEGER" if lite else "BIGSERIAL", "number": "INTEGER" if lite else "BIGINT"}
    bind.exec_driver_sql(NEED.format(**kinds).strip())
    for statement in INDEXES:
        bind.exec_driver_sql(statement)
