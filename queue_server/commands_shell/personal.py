"""``personal``: which personal data there are, printed or written as docs/personal.md. ``erase``: a person's, or all
that was kept long enough."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from .. import config
from ..clockwork import tidy
from ..commands.erasure import FINDERS, erase_person
from ..domain.personal import DATA, RULES, Datum, Due, Rule, columns_of, rules_for
from ..sentence import fill
from ..shell import existing

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "personal.md"
#: The page around its two tables.
PAGE = Path(__file__).with_name("personal_page.md")
WORDS = ROOT / "common" / "personal_words.json"
FACTS = {"book_days": "`keep_days`", "complaint_days": "`rules.complaints.keep_days`",
         "family_days": "`rules.family.keep_days`", "gone_days": 30}
def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write docs/personal.md")


def run(args: argparse.Namespace) -> int:
    if args.write:
        FILE.write_text(printed(), encoding="utf-8")
    else:
        print(printed(), end="")
    return 0


def erase_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("office", help="key of the office")
    parser.add_argument("what", nargs="?", choices=tuple(FINDERS), help="by what the person is named")
    parser.add_argument("which", nargs="?", default="", help="its code, label or number")
    parser.add_argument("--day", default="", help="the day of a ticket, such as 2026-11-22; default: today")
    parser.add_argument("--due", action="store_true", help="erase what was kept long enough, as the server does hourly")


def erase(args: argparse.Namespace) -> int:
    if args.due == bool(args.what) or (args.what and not args.which):
        print("Name what to erase, such as: erase rutan reservation 7K2M-9QXA; or write --due.")
        return 2
    session = existing(config.read(args))
    try:
        if args.due:
            gone = session.press(args.office, "tidy", tidy)["gone"]
        else:
            gone = session.press(args.office, "erase_person", erase_person, what=args.what, which=args.which,
                                 day=args.day)["erased"]
        session.database.wipe()
    finally:
        session.close()
    print("Erased: " + (", ".join(f"{count} in {table}" for table, count in gone.items()) or "nothing was left."))
    return 0


# --- the page -------------------------------------------------------------------------------------------


def printed() -> str:
    """The page, as Markdown."""
    words = json.loads(WORDS.read_text("utf-8"))["en"]
    data, rules = "\n".join(_data(words)), "\n".join(_rule(rule) for rule in RULES)
    return PAGE.read_text("utf-8").replace("{data}", data).replace("{rules}", rules)


def _data(words: dict[str, str]) -> Iterator[str]:
    yield "| whose | what | asked at | what for | basis | who sees it | until when | where it lies | how it goes |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for datum in DATA:
        what, why, until = (fill(words[f"{datum.key}.{part}"], FACTS) for part in ("what", "why", "until"))
        cells = [
            words[f"of.{datum.of}"], what, ", ".join(words[f"form.{form}"].lower() for form in datum.forms), why,
            words[f"basis.{datum.basis}"], ", ".join(words[f"role.{role}"] for role in datum.sees) or "nobody", until,
            ", ".join(f"`{column}`" for column in datum.columns) or "memory only", _goes(datum)]
        yield f"| {' | '.join(cells)} |"


def _goes(datum: Datum) -> str:
    if not datum.columns:
        return "forgotten"
    if not datum.rule:
        return "kept on purpose"
    return ", ".join(f"{'row deleted' if rule.whole else 'emptied'} ({rule.table})" for rule in rules_for(datum))


def _rule(rule: Rule) -> str:
    after = f" + {rule.after // 3_600_000} h" if rule.after and rule.kind is not Due.DAY else ""
    due = f"`{rule.due}`{after} is past"
    if rule.kind is Due.DAY:
        due = f"`{rule.due}` lies more than {rule.after} day back"
    tables = "".join(f" and its rows of `{child}`" for child, _column in rule.also)
    goes = f"the row{tables}" if rule.whole else ", ".join(f"`{name}`" for name in columns_of(rule.table))
    return f"| `{rule.table}` | {due} | {goes} | {'that it went' if rule.says else 'nothing'} |"
