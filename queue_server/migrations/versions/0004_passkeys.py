"""Passkeys: the public half of what a person's phone or security key holds.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PASSKEY = """
CREATE TABLE passkey (
	id {id} NOT NULL,
	office_id {number} NOT NULL,
	person_id {number} NOT NULL,
	credential TEXT DEFAULT '' NOT NULL,
	public_key TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	uses {number} DEFAULT 0 NOT NULL,
	asked_at {number} DEFAULT 0 NOT NULL,
	added_at {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (credential),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
)
"""


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    bind.exec_driver_sql(PASSKEY.format(
        id="INTEGER" if lite else "BIGSERIAL", number="INTEGER" if lite else "BIGINT").strip())
    bind.exec_driver_sql("CREATE INDEX passkey_person ON passkey (person_id)")
