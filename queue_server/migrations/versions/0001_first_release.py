"""The first release: every table as the file first_release.<dialect>.sql beside this one holds it.

The text is a copy frozen at the release, so that a later change of tables.py never changes what this
migration makes.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    text = (Path(__file__).parent / f"0001_first_release.{dialect}.sql").read_text(encoding="utf-8")
    for statement in text.split(";\n\n"):
        lines = [line for line in statement.splitlines() if not line.startswith("--")]
        sql = "\n".join(lines).strip().rstrip(";")
        if sql:
            op.get_bind().exec_driver_sql(sql)
