"""What a running day needs: the forecast given with a number and what became of it, what is learned, alerts and where
they are sent, services that were moved to a counter for a day.

Steps from before carry no forecast: none was given.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = {"sqlite": "INTEGER NOT NULL", "postgresql": "BIGSERIAL NOT NULL"}


def upgrade() -> None:
    bind = op.get_bind()
    number = "INTEGER" if bind.dialect.name == "sqlite" else "BIGINT"
    for column in ("foretold_low", "foretold_high", "first_waited_ms"):
        bind.exec_driver_sql(f"ALTER TABLE step ADD COLUMN {column} {number}")
    office = f"office_id {number} NOT NULL"
    of_office = "FOREIGN KEY(office_id) REFERENCES office (id)"
    for table in (
        f"CREATE TABLE forecast_state ( {office}, day TEXT DEFAULT '' NOT NULL, body TEXT DEFAULT '' NOT NULL, "
        f"UNIQUE (office_id, day), {of_office} )",
        f"CREATE TABLE alert ( id {ID[bind.dialect.name]}, {office}, day TEXT DEFAULT '' NOT NULL, "
        f"service TEXT DEFAULT '' NOT NULL, code TEXT DEFAULT '' NOT NULL, raised_at {number} DEFAULT 0 NOT NULL, "
        f"ended_at {number}, facts TEXT DEFAULT '' NOT NULL, sent TEXT DEFAULT '' NOT NULL, PRIMARY KEY (id), "
        f"{of_office} )",
        "CREATE INDEX alert_of_day ON alert (office_id, day, service)",
        f"CREATE TABLE webhook ( {office}, url TEXT DEFAULT '' NOT NULL, secret TEXT DEFAULT '' NOT NULL, "
        f"set_at {number} DEFAULT 0 NOT NULL, told_at {number}, told TEXT DEFAULT '' NOT NULL, UNIQUE (office_id), "
        f"{of_office} )",
        f"CREATE TABLE counter_today ( {office}, day TEXT DEFAULT '' NOT NULL, counter TEXT DEFAULT '' NOT NULL, "
        f"services TEXT DEFAULT '' NOT NULL, reason TEXT DEFAULT '' NOT NULL, since_at {number} DEFAULT 0 NOT NULL, "
        f"UNIQUE (office_id, day, counter), {of_office} )",
    ):
        bind.exec_driver_sql(table)
