"""The paper roll: a page of large numbers to print beforehand and cut, for a day without electricity (decisions 7).

One HTML file without anything else: any browser prints it on A4. The list at its end is what the officers write on,
and what a supervisor enters afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from ..domain.numbering import ROLL, parts
from ..domain.office import Office, Service
from ..domain.ticket import label

STYLE = """
@page { size: A4 portrait; margin: 10mm; }
* { box-sizing: border-box; }
body { margin: 0; font-family: "Atkinson Hyperlegible Next", Arial, sans-serif; color: #000; background: #fff; }
.note { font-size: 10pt; margin: 0 0 4mm; }
.slips { display: grid; grid-template-columns: repeat(2, 1fr); margin: 0; padding: 0; list-style: none; }
.slip { border: 1px dashed #000; height: 54mm; padding: 4mm; text-align: center; break-inside: avoid;
        page-break-inside: avoid; overflow: hidden; }
.slip p { margin: 0; font-size: 9pt; }
.slip .service { font-size: 12pt; font-weight: bold; }
/* The bar says which way is up: 6 and 9 are otherwise the same paper. */
.slip .number { display: inline-block; font-size: 48pt; line-height: 1.1; font-weight: bold; border-bottom: 2mm solid;
                white-space: nowrap; }
.blank { display: inline-block; border-bottom: 1px solid #000; width: 24mm; }
.list { break-before: page; page-break-before: always; }
table { border-collapse: collapse; width: 100%; font-size: 11pt; }
th, td { border: 1px solid #000; padding: 1.5mm 2mm; text-align: left; height: 8mm; }
thead { display: table-header-group; }
tr { break-inside: avoid; page-break-inside: avoid; }
@media screen { body { max-width: 190mm; margin: 10mm auto; } }
"""


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("roll.json").read_text("utf-8"))
    return found


def say(language: str, key: str, **facts: object) -> str:
    text = _words()[language][key]
    for name, fact in facts.items():
        text = text.replace("{" + name + "}", str(fact))
    return text


def numbers(service: Service, first: int | None = None, last: int | None = None) -> list[int]:
    """The roll's numbers of a service, in order, from ``first`` to ``last`` where they are named.

    Raises ValueError when ``first`` or ``last`` is a number that somebody else may give, or none is left.
    """
    own = [n for part in parts(service) if part.source == ROLL for n in range(part.first, part.last + 1)]
    for named in (first, last):
        if named is not None and named not in own:
            raise ValueError(f"{named} is no number of the paper roll of {service.key}")
    found = [n for n in own if (first or 0) <= n <= (last or 9_999)]
    if not found:
        raise ValueError(f"the paper roll of {service.key} has no numbers: see reserved in the office's file")
    return found


def page(office: Office, service: Service, wanted: Sequence[int]) -> str:
    """The whole file: a slip for each number, then the list to write on."""
    language = office.languages[0]
    name = service.name.get(language) or service.name["id"]
    title = say(language, "title", service=name, first=wanted[0], last=wanted[-1])
    slips = "\n".join(_slip(office, service, number) for number in wanted)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(office.name)} · {escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<p class="note">{escape(title)}. {escape(say(language, "cut"))}</p>\n<ul class="slips">\n{slips}\n</ul>\n'
        f"{_list(office, service, wanted)}\n</body>\n</html>\n"
    )


def _slip(office: Office, service: Service, number: int) -> str:
    lines = [
        f"<p>{escape(office.institution)}</p>", f"<p><strong>{escape(office.name)}</strong></p>",
        f"<p>{escape(_both(office, 'yours'))}</p>",
        f'<p><span class="number">{escape(label(service.prefix, number))}</span></p>',
        f'<p class="service">{escape(" · ".join(_names(office, service)))}</p>',
        f'<p>{escape(_both(office, "taken"))} <span class="blank">&nbsp;</span></p>',
        *(f"<p>{escape(say(language, 'valid'))}</p>" for language in office.languages),
    ]
    return f'<li class="slip">{"".join(lines)}</li>'


def _list(office: Office, service: Service, wanted: Sequence[int]) -> str:
    language = office.languages[0]
    heads = "".join(f"<th>{escape(say(language, key))}</th>" for key in (
        "number", "taken", "counter", "started", "ended", "became"))
    rows = "\n".join(f"<tr><td>{escape(label(service.prefix, n))}</td>{'<td></td>' * 5}</tr>" for n in wanted)
    title = say(language, "list", service=" · ".join(_names(office, service)[:1]))
    return (
        f'<section class="list"><h1>{escape(title)}</h1>'
        f'<p>{escape(say(language, "date"))} <span class="blank">&nbsp;</span></p>'
        f'<p class="note">{escape(say(language, "list.note"))}</p>'
        f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table></section>"
    )


def _names(office: Office, service: Service) -> list[str]:
    return [service.name[language] for language in office.languages if service.name.get(language)]


def _both(office: Office, key: str) -> str:
    return " · ".join(say(language, key) for language in office.languages)
