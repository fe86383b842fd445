"""What past days and months add up to, for reports. Empty at first: the server fills it in the background.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    sqlite = bind.dialect.name == "sqlite"
    number, run = ("INTEGER", "BLOB") if sqlite else ("BIGINT", "BYTEA")
    for statement in (
        f"""CREATE TABLE tally (
            office_id {number} NOT NULL, span TEXT DEFAULT '' NOT NULL, start TEXT DEFAULT '' NOT NULL,
            weekday {number} DEFAULT 0 NOT NULL, service TEXT DEFAULT '' NOT NULL, part TEXT DEFAULT '' NOT NULL,
            name TEXT DEFAULT '' NOT NULL, numbers {number} DEFAULT 0 NOT NULL, steps {number} DEFAULT 0 NOT NULL,
            counts TEXT DEFAULT '' NOT NULL, waits {run} NOT NULL, services {run} NOT NULL,
            waits_flagged {run} NOT NULL, services_flagged {run} NOT NULL,
            FOREIGN KEY(office_id) REFERENCES office (id),
            UNIQUE (office_id, span, part, start, service, name))""",
        f"""CREATE TABLE tally_book (
            office_id {number} NOT NULL, seq {number} DEFAULT 0 NOT NULL, rules TEXT DEFAULT '' NOT NULL,
            left_out TEXT DEFAULT '' NOT NULL,
            FOREIGN KEY(office_id) REFERENCES office (id), UNIQUE (office_id))""",
    ):
        bind.exec_driver_sql(statement)
