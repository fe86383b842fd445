"""Personal data: every column is classified, what ran out goes, a person is erased, and the chain stays whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databases import execute, opened
from small_house import KEY, house, session, write_note
from sqlalchemy import Connection, insert, select

from queue_server import tables as t
from queue_server.cli import main
from queue_server.clockwork import tidy
from queue_server.commands import people, setup
from queue_server.commands.erasure import erase_person
from queue_server.commands_shell import personal as page
from queue_server.config import Config
from queue_server.domain import personal as rules
from queue_server.domain.chain import Event, check
from queue_server.domain.errors import Refused
from queue_server.domain.personal import DATA, RULES, Due, Rule
from queue_server.domain.personal_plain import PLAIN
from queue_server.moment import wall_ms
from queue_server.upkeep import backup, restore

BOTH_DATABASES = True
Place = Callable[[Path], Path]
DAY = 86_400_000
TELLTALE = "Telltale-7413"
COLUMNS = {f"{table.name}.{column.name}" for table in t.metadata.sorted_tables for column in table.columns}


def personal_columns() -> set[str]:
    named = {column for datum in DATA for column in datum.columns}
    return named | {f"{rule.table}.{name}" for rule in RULES for name in rule.along}


# --- the table ------------------------------------------------------------------------------------------


def test_every_column_is_somebodys_or_said_to_be_nobodys() -> None:
    plain = {f"{table}.{name}" for table, names in PLAIN.items() for name in names.split()}
    keys = {f"{rule.table}.{name}" for rule in RULES for name in rule.along}
    assert sorted(COLUMNS - personal_columns() - plain) == [], "name them in domain/personal.py or personal_plain.py"
    assert sorted((personal_columns() | plain) - COLUMNS) == [], "these are no columns"
    assert sorted(personal_columns() & plain - keys) == [], "these stand in both"


def test_what_is_not_kept_on_purpose_has_a_rule_and_every_rule_has_something() -> None:
    below = {child for rule in RULES for child, _column in rule.also}
    for datum in DATA:
        for column in datum.columns if datum.rule else ():
            table = column.partition(".")[0]
            assert table in below or rules.rule_of(table), datum.key
    for rule in RULES:
        assert any(column.startswith(f"{rule.table}.") for datum in DATA if datum.rule for column in datum.columns)
        assert rule.due in t.metadata.tables[rule.table].c


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_kind_has_its_words(language: str) -> None:
    words = json.loads(page.WORDS.read_text("utf-8"))[language]
    for datum in DATA:
        assert all(words[f"{datum.key}.{part}"] for part in ("what", "why", "until"))
        assert all(words[f"role.{role}"] for role in datum.sees) and words[f"basis.{datum.basis}"]
        assert all(words[f"form.{form}"] for form in datum.forms)


def test_the_documentation_is_the_code() -> None:
    assert page.FILE.read_text("utf-8") == page.printed(), "python -m queue_server personal --write"


# --- what ran out ---------------------------------------------------------------------------------------


PAST: dict[Due, Any] = {Due.INSTANT: wall_ms() - DAY, Due.DAY: "2026-01-05", Due.TICK: 1}
TO_COME: dict[Due, Any] = {Due.INSTANT: wall_ms() + 30 * DAY, Due.DAY: "2999-01-05", Due.TICK: 2**52}
#: Of two rows of each rule the time of the first is over.
OVER, LATER = 101, 102


def sample(rule: Rule, n: int, office: int, due: object) -> dict[str, object]:
    """A row whose every value is another one; the texts are telltale."""
    columns, row = t.metadata.tables[rule.table].c, texts(rule.table, n, rule.due)
    known: dict[str, object] = {"office_id": office, "id": n, "ticket_id": n}
    if rule.table == "session":
        known |= {"person_id": 1, "expires_tick": 2**52, "used_tick": 2**52}
    return row | {name: value for name, value in known.items() if name in columns} | {rule.due: due}


def texts(table: str, n: int, more: str) -> dict[str, object]:
    """Every column of a row with a value of its own."""
    return {
        column.name: n * 1_000 + at if column.type.python_type is int else f"{TELLTALE} {column.name} {n} {more}"
        for at, column in enumerate(t.metadata.tables[table].columns)}


def only_below(rule: Rule) -> list[tuple[str, str]]:
    """The tables that go with a rule's rows and have no rule of their own."""
    return [(child, column) for child, column in rule.also if child not in {other.table for other in RULES}]


def fill(c: Connection, office: int) -> None:
    """Two rows for every rule, and what hangs below them."""
    c.execute(insert(t.person).values(id=1, office_id=office, name="ani"))
    for rule in RULES:
        for n, due in ((OVER, PAST), (LATER, TO_COME)):
            c.execute(insert(t.metadata.tables[rule.table]).values(sample(rule, n, office, due[rule.kind])))
            for child, column in only_below(rule):
                below = texts(child, n, column) | {"id": n, "office_id": office, column: n}
                c.execute(insert(t.metadata.tables[child]).values(below))


@pytest.fixture
def office(placed: Place, tmp_path: Path) -> Config:
    return house(placed(tmp_path / "data"), 2)


def held(found: Config, table: str) -> list[dict[str, Any]]:
    """What lies in a table and is of these tests."""
    with session(found) as here, here.database.read() as c:
        rows = sorted((dict(row._mapping) for row in c.execute(select(t.metadata.tables[table]))), key=str)
    return [row for row in rows if TELLTALE in str(row) or row.get("id") in (OVER, LATER)]


def chain(found: Config) -> list[Event]:
    with opened(found.data) as c:
        return [Event(*row) for row in execute(
            c, "SELECT o.key, e.seq, e.kind, e.version, e.body, e.at, e.boot_id, e.boot_ns, e.actor, e.step_id, "
            "e.previous_hash, e.hash FROM event e JOIN office o ON o.id = e.office_id ORDER BY e.seq").fetchall()]


def test_what_ran_out_goes_and_what_did_not_stays(office: Config) -> None:
    with session(office) as here, here.database.writer().begin():
        writer = here.database.writer()
        fill(writer, int(writer.execute(select(t.office.c.id).where(t.office.c.key == KEY)).scalar_one()))
    before = {rule.table: held(office, rule.table) for rule in RULES}
    with session(office) as here:
        here.press(KEY, "tidy", tidy)
        assert here.press(KEY, "tidy", tidy)["gone"] == {}, "nothing is erased twice"
    for rule in RULES:
        left, emptied = held(office, rule.table), rules.columns_of(rule.table)
        stays = [row for row in before[rule.table] if f" {LATER} " in str(row)]
        if rule.whole:
            assert stays and left == stays
            assert all([row["id"] for row in held(office, child)] == [LATER] for child, _column in only_below(rule))
        else:
            gone = next(row for row in left if row["id"] == OVER)
            assert emptied and [name for name in emptied if gone[name]] == [] and left[1:] == stays
    assert check(chain(office)) == [] and TELLTALE not in "".join(e.body for e in chain(office))
    kinds = [json.loads(e.body).get("what") for e in chain(office) if e.kind == "erased"]
    assert sorted(kinds) == ["contacts", "families", "looks", "notes", "phones", "registry", "reservations"]


# --- somebody who asks ----------------------------------------------------------------------------------


def pressed(found: Config, act: str, command: Any, **args: Any) -> dict[str, Any]:
    with session(found) as here:
        return here.press(KEY, act, command, **args)


def erased(found: Config, what: str, which: str, day: str = "") -> dict[str, int]:
    done: dict[str, int] = pressed(found, "erase_person", erase_person, what=what, which=which, day=day)["erased"]
    return done


def reservation(c: Connection, office: int, n: int, ticket: int, state: str = "checked_in") -> None:
    c.execute(insert(t.reservation).values(
        id=n, office_id=office, number=n, code=f"AAAA-000{n}", secret=f"secret {n}", state=state, place=n,
        person="hash of a NIK", identity_end="7413", holder_name=TELLTALE, device="phone", secret_key=TELLTALE,
        ticket_id=ticket, inmate_id=5, day="2026-11-22", service="umum", erase_at=wall_ms() + DAY))


def test_whoever_names_one_reservation_is_erased_from_all_of_theirs(office: Config) -> None:
    write_note(office, 1, TELLTALE)
    with session(office) as here, here.database.writer().begin():
        for n, ticket, state in ((1, 1, "checked_in"), (2, 0, "booked"), (3, 0, "expired")):
            reservation(here.database.writer(), 1, n, ticket, state)
        here.database.writer().execute(t.reservation.update().where(t.reservation.c.id == 3).values(person="another"))
    assert erased(office, "reservation", "aaaa 0001") == {"private": 1, "reservation": 2}
    kept = {row["id"]: row for row in held_rows(office, "reservation")}
    assert [kept[n]["holder_name"] + kept[n]["person"] + kept[n]["device"] for n in (1, 2)] == ["", ""]
    assert kept[2]["state"] == "cancelled" and kept[3]["holder_name"] == TELLTALE
    assert held_rows(office, "private") == [] and check(chain(office)) == []
    assert erased(office, "reservation", "AAAA-0001") == {}


def test_a_number_leads_to_the_reservation_that_it_was(office: Config) -> None:
    day = held_rows(office, "ticket")[0]["day"]
    write_note(office, 2, TELLTALE)
    with session(office) as here, here.database.writer().begin():
        reservation(here.database.writer(), 1, 1, 2)
        here.database.writer().execute(t.ticket.update().values(holder="a phone"))
    assert erased(office, "ticket", "a\u2009002", day) == {"private": 1, "ticket": 1, "reservation": 1}
    assert [row["holder"] for row in sorted(held_rows(office, "ticket"), key=lambda r: r["id"])] == ["a phone", ""]
    for what, which in (("ticket", "A999"), ("reservation", "AAAA-0009"), ("complaint", "7"), ("family", "7"),
                        ("inmate", "X"), ("staff", "7")):
        with pytest.raises(Refused, match="no_such"):
            erased(office, what, which)
    with pytest.raises(Refused, match="bad_request"):
        erased(office, "ticket", "A001", "yesterday")


def test_what_somebody_needs_and_how_they_are_told_goes_with_their_number(office: Config) -> None:
    """Nothing in the log says that there was anything of the first; the verifier reads it all the same."""
    day = held_rows(office, "ticket")[0]["day"]
    with session(office) as here, here.database.writer().begin():
        writer = here.database.writer()
        reservation(writer, 1, 1, 2)
        for n, ticket, reserved in ((1, 2, 0), (2, 0, 1), (3, 1, 0)):
            writer.execute(insert(t.need).values(
                id=n, office_id=1, ticket_id=ticket, reservation_id=reserved, stated="blind", erase_at=wall_ms() + DAY))
            writer.execute(insert(t.contact).values(
                id=n, office_id=1, ticket_id=ticket, reservation_id=reserved, sealed=TELLTALE,
                erase_at=wall_ms() + DAY))
            writer.execute(insert(t.message).values(
                id=n, office_id=1, ticket_id=ticket, reservation_id=reserved, contact_id=n, erase_at=wall_ms() + DAY))
    done = erased(office, "ticket", "A002", day)
    assert {table: done[table] for table in ("need", "contact", "message")} == {"need": 2, "contact": 2, "message": 2}
    assert [[row["id"] for row in held_rows(office, table)] for table in ("need", "contact", "message")] == [[3]] * 3
    told = [json.loads(event.body).get("what") for event in chain(office) if event.kind == "erased"]
    assert "contact" in told and "need" not in told and check(chain(office)) == []


def test_what_a_person_had_erased_after_a_backup_is_erased_again(office: Config, tmp_path: Path) -> None:
    with session(office) as here, here.database.writer().begin():
        reservation(here.database.writer(), 1, 1, 0)
        reservation(here.database.writer(), 1, 2, 0, "expired")
        here.database.writer().execute(t.reservation.update().where(t.reservation.c.id == 2).values(
            person="another", erase_at=wall_ms() - 1))
    made = backup.run(office, tmp_path / "second")
    erased(office, "reservation", "AAAA-0001")
    pressed(office, "tidy", tidy)
    assert [row["holder_name"] for row in held_rows(office, "reservation")] == ["", ""]
    restore.restore(office, made.file)
    assert [row["holder_name"] for row in held_rows(office, "reservation")] == ["", ""]
    assert check(chain(office)) == []


def test_what_was_erased_is_in_no_file_of_the_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not in a page that is free now, and not in SQLite's write-ahead log."""
    office = house(tmp_path / "data", 2)
    with session(office) as here, here.database.writer().begin():
        reservation(here.database.writer(), 1, 1, 2)
    write_note(office, 2, TELLTALE)

    def lies() -> bool:
        return any(TELLTALE.encode() in file.read_bytes() for file in office.data.glob("queue.db*"))

    with session(office) as beside:  # as the running server: its line keeps the write-ahead log alive
        beside.database.writer().exec_driver_sql("SELECT 1").all()
        beside.database.writer().rollback()
        assert lies()
        assert main(["erase", KEY, "reservation", "AAAA-0001", "--data", str(office.data)]) == 0
        assert "1 in reservation" in capsys.readouterr().out and not lies()


def test_who_works_here_no_more_is_a_number_in_the_log(office: Config) -> None:
    ani = pressed(office, "add_person", setup.add_person, name="ani", shown_name=TELLTALE, role="officer",
                  password_hash="")["person"]
    with pytest.raises(Refused, match="erase_active"):
        erased(office, "staff", str(ani))
    pressed(office, "add_person", setup.add_person, name="sari", shown_name="Sari", role="supervisor", password_hash="")
    pressed(office, "set_active", people.set_active, person=ani, active=False)
    assert erased(office, "staff", str(ani)) == {"person": 1}
    row = next(row for row in held_rows(office, "person") if row["id"] == ani)
    assert (row["name"], row["shown_name"], row["password"]) == (f"-{ani}", f"-{ani}", "")


def held_rows(found: Config, table: str) -> list[dict[str, Any]]:
    with session(found) as here, here.database.read() as c:
        kept = t.metadata.tables[table]
        return [dict(row._mapping) for row in c.execute(select(kept).order_by(kept.c.id))]
