"""Family self-service: what a family may see of a case, who was enrolled for it, and every look. Empty at first.

The text is frozen here, so that a later change of tables.py never changes what this migration makes.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ADDED = (
    "ALTER TABLE inmate ADD COLUMN remission TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE inmate ADD COLUMN release_day TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE inmate ADD COLUMN programme TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE inmate ADD COLUMN erase_at {number} DEFAULT 0 NOT NULL",
)
FAMILY = """
CREATE TABLE family (
	id {serial} NOT NULL,
	office_id {number} NOT NULL,
	number {number} DEFAULT 0 NOT NULL,
	inmate_id {number} DEFAULT 0 NOT NULL,
	relation TEXT DEFAULT '' NOT NULL,
	holder_name TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	code_digest TEXT DEFAULT '' NOT NULL,
	proof TEXT DEFAULT '' NOT NULL,
	made_at {number} DEFAULT 0 NOT NULL,
	made_by {number} DEFAULT 0 NOT NULL,
	until_at {number} DEFAULT 0 NOT NULL,
	ended_at {number},
	reason TEXT DEFAULT '' NOT NULL,
	erase_at {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
PASSKEY = """
CREATE TABLE family_passkey (
	id {serial} NOT NULL,
	office_id {number} NOT NULL,
	family_id {number} NOT NULL,
	credential TEXT DEFAULT '' NOT NULL,
	public_key TEXT DEFAULT '' NOT NULL,
	uses {number} DEFAULT 0 NOT NULL,
	asked_at {number} DEFAULT 0 NOT NULL,
	added_at {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (credential),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(family_id) REFERENCES family (id)
)
"""
LOOK = """
CREATE TABLE family_look (
	id {serial} NOT NULL,
	office_id {number} NOT NULL,
	family_id {number} DEFAULT 0 NOT NULL,
	at {number} DEFAULT 0 NOT NULL,
	way TEXT DEFAULT '' NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	erase_at {number} DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
)
"""
INDEXES = (
    "CREATE UNIQUE INDEX one_family_per_code ON family (office_id, code_digest) WHERE code_digest <> ''",
    "CREATE INDEX family_of_inmate ON family (office_id, inmate_id)",
    "CREATE INDEX family_passkey_of ON family_passkey (family_id)",
    "CREATE INDEX family_look_of ON family_look (family_id, at)",
)


def upgrade() -> None:
    bind = op.get_bind()
    lite = bind.dialect.name == "sqlite"
    kinds = {"serial": "INTEGER" if lite else "BIGSERIAL", "number": "INTEGER" if lite else "BIGINT"}
    for statement in (*ADDED, FAMILY, PASSKEY, LOOK):
        bind.exec_driver_sql(statement.format(**kinds).strip())
    for statement in INDEXES:
        bind.exec_driver_sql(statement)
