"""The table of events, the canonical body and the chain. Its vectors never change: old logs must verify."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.chain import (
    GENESIS,
    PROBLEMS,
    Envelope,
    Event,
    Problem,
    canonical,
    check,
    digest,
    is_canonical,
)
from queue_server.domain.events import KINDS, EventError, Json, check_body

ROOT = Path(__file__).parent.parent
FIRST = Envelope(
    office="rutan-melati",
    seq=1,
    kind="ticket_issued",
    version=1,
    body='{"channel":"door","number":12,"service":"kunjungan","ticket":7}',
    at=1_795_312_800_123,
    boot="6f1c9f0e-8a54-4a0e-9d0b-2f6b7c1d3e4a",
    boot_ns=81_234_567_890,
    actor="device:2",
    step=9,
)
FIRST_HASH = "6380f9c63325f17793624681e08e380b1708eafea948c65eecf8c6992276994d"
SECOND = replace(
    FIRST, seq=2, kind="day_closed", body='{"day":"2026-11-22","reason":"—"}', actor=None, step=None
)
SECOND_HASH = "32b19e899fe89f30cc8fa557df11e27aa2fd863e29f0d53f696f7d28c7667572"


def test_the_hash_of_an_event_is_fixed() -> None:
    assert digest(GENESIS, FIRST) == FIRST_HASH
    assert digest(FIRST_HASH, SECOND) == SECOND_HASH


def test_the_hash_is_that_of_these_very_bytes() -> None:
    """Written by hand, so that anybody can verify a log without this program."""
    data = (
        b"queue-event/1\n"
        b"s64:" + FIRST_HASH.encode() + b","
        b"s12:rutan-melati,i1:2,s10:day_closed,i1:1,"
        b's35:{"day":"2026-11-22","reason":"\xe2\x80\x94"},'
        b"i13:1795312800123,s36:6f1c9f0e-8a54-4a0e-9d0b-2f6b7c1d3e4a,i11:81234567890,n0:,n0:,"
    )
    assert hashlib.sha256(data).hexdigest() == SECOND_HASH


def test_the_canonical_text_is_fixed() -> None:
    body: Json = {"z": [1, -2, True, None], "a": {"é": "Loket “3”\n", "B": 10**20}, "ä": ""}
    assert (
        canonical(body) == '{"a":{"B":100000000000000000000,"é":"Loket “3”\\n"},"z":[1,-2,true,null],"ä":""}'
    )


@pytest.mark.parametrize(
    "wrong", [1.0, {"a": [0.5]}, {1: "a"}, {"a": (1,)}, {"a": {1}}, b"a", {"a": object()}]
)
def test_what_two_databases_could_write_differently_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError):
        canonical(wrong)  # type: ignore[arg-type]


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical({"a": "\ud800"})


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(WORDS, BODIES, max_size=4))
def test_a_body_comes_back_from_its_text_and_gives_the_same_text(body: dict[str, Json]) -> None:
    text = canonical(body)
    assert json.loads(text) == body
    assert is_canonical(text)


@pytest.mark.parametrize(
    "text", ['{"b":1,"a":2}', '{"a": 1}', '{"a":1.0}', "[]", "", '{"a":1,"a":1}', '{"a":"\\u0061"}']
)
def test_any_other_writing_is_not_canonical(text: str) -> None:
    assert not is_canonical(text)


ENVELOPES = st.builds(
    Envelope, WORDS, st.integers(), WORDS, st.integers(), WORDS, st.integers(), WORDS, st.integers(),
    st.none() | WORDS, st.none() | st.integers(),
)  # fmt: skip


@given(ENVELOPES, ENVELOPES)
def test_two_envelopes_have_one_hash_only_when_they_are_equal(one: Envelope, other: Envelope) -> None:
    assert (digest(GENESIS, one) == digest(GENESIS, other)) == (one == other)


def test_moving_a_character_from_one_field_to_the_next_changes_the_hash() -> None:
    assert digest(GENESIS, replace(FIRST, office="ab", kind="c")) != digest(
        GENESIS, replace(FIRST, office="a", kind="bc")
    )
    assert digest(GENESIS, replace(FIRST, actor=None)) != digest(GENESIS, replace(FIRST, actor=""))


def chain(*events: Envelope, start: str = GENESIS) -> list[Event]:
    made, link = [], start
    for e in events:
        link_here = GENESIS if e.kind == "segment_started" else link
        made.append(Event(**vars(e), previous_hash=link_here, hash=digest(link_here, e)))
        link = made[-1].hash
    return made


LOG = chain(*(replace(FIRST, seq=n, body=f'{{"number":{n}}}') for n in range(1, 7)))


def codes(events: list[Event], **more: object) -> list[tuple[int, str]]:
    found = check(events, **more)  # type: ignore[arg-type]
    assert all(p.code in PROBLEMS for p in found)
    return [(p.seq, p.code) for p in found]


def test_a_chain_as_it_was_written_is_consistent() -> None:
    assert check(LOG) == []
    assert check([]) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("body", '{"number":99}'), ("at", 1), ("boot", ""), ("boot_ns", 0), ("actor", None), ("step", 8)],
)
def test_every_changed_field_is_found(field: str, value: object) -> None:
    for n in range(len(LOG)):
        changed = [*LOG[:n], replace(LOG[n], **{field: value}), *LOG[n + 1 :]]  # type: ignore[arg-type]
        assert codes(changed) == [(n + 1, "changed")]


def test_an_event_rehashed_after_a_change_breaks_the_link_behind_it() -> None:
    forged = replace(LOG[2], body='{"number":99}')
    forged = replace(forged, hash=digest(forged.previous_hash, forged))
    assert codes([*LOG[:2], forged, *LOG[3:]]) == [(4, "broken_link")]


def test_a_missing_a_doubled_and_a_swapped_event_are_found() -> None:
    assert codes([*LOG[:2], *LOG[3:]]) == [(4, "gap"), (4, "broken_link")]
    assert codes(LOG[1:]) == [(2, "gap"), (2, "broken_link")]
    assert codes([*LOG[:2], LOG[1], *LOG[2:]]) == [(2, "not_after"), (2, "broken_link")]
    assert (3, "not_after") in codes([LOG[0], LOG[1], LOG[3], LOG[2], LOG[4], LOG[5]])


def test_only_a_seal_from_outside_finds_a_missing_end_or_a_chain_written_anew() -> None:
    assert codes(LOG[:4]) == []
    assert codes(LOG[:4], seals={6: LOG[5].hash}) == [(6, "seal_not_found")]
    anew = chain(*(replace(e, at=e.at + 1) for e in (replace(FIRST, seq=n, body="{}") for n in (1, 2))))
    assert codes(anew) == []
    assert codes(anew, seals={1: LOG[0].hash, 2: anew[1].hash}) == [(1, "seal_differs")]


def test_another_offices_event_and_an_unknown_kind_are_found() -> None:
    strange = chain(FIRST, replace(FIRST, seq=2, office="other"), replace(FIRST, seq=3, kind="forgotten"))
    assert codes(strange) == [(2, "other_office"), (3, "unknown_kind")]
    assert codes(chain(replace(FIRST, version=2))) == [(1, "unknown_kind")]
    assert codes(chain(replace(FIRST, body='{"b":1, "a":2}'))) == [(1, "body_not_canonical")]


def test_a_part_of_a_chain_can_be_checked_alone() -> None:
    assert codes(LOG[3:], previous_hash=LOG[2].hash, first_seq=4) == []
    assert codes(LOG[3:], previous_hash=None, first_seq=None) == []
    assert codes(LOG[3:], previous_hash=LOG[1].hash, first_seq=4) == [(4, "broken_link")]


def test_a_new_segment_is_always_told() -> None:
    cut = replace(FIRST, seq=3, kind="segment_started", body='{"broken_seq":2}')
    segments = chain(FIRST, replace(FIRST, seq=2), cut, replace(FIRST, seq=4))
    assert codes(segments) == [(3, "new_segment")]
    wrong = replace(segments[2], previous_hash=segments[1].hash)
    assert check([*segments[:2], replace(wrong, hash=digest(wrong.previous_hash, wrong))])[1:] == [
        Problem(3, "broken_link")
    ]


def test_a_body_holds_only_what_the_table_allows() -> None:
    assert check_body("called", {"ticket": 1, "why": {"rule": "first"}}) == KINDS["called"].version
    with pytest.raises(EventError, match="visitor_name"):
        check_body("called", {"ticket": 1, "visitor_name": "Siti"})
    with pytest.raises(EventError, match="phoned"):
        check_body("phoned", {})


def test_no_body_has_a_place_for_what_is_personal() -> None:
    personal = {
        "visitor_name",
        "nik",
        "phone",
        "email",
        "address",
        "birth",
        "password",
        "secret",
        "token",
        "ip",
    }
    for kind, known in KINDS.items():
        assert not known.keys & personal, kind


def test_every_kind_is_told_in_one_line() -> None:
    for kind, known in KINDS.items():
        assert kind.islower()
        assert known.meaning
        assert "\n" not in known.meaning
        assert known.version >= 1


def recorded() -> list[tuple[str, str, set[str]]]:
    """(where, kind, keys written out) of each event that the program records."""
    found = []
    for path in sorted((ROOT / "queue_server").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or getattr(
                node.func, "attr", getattr(node.func, "id", "")
            ) not in (
                "record",
                "save",
            ):
                continue
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            bodies = [a for a in node.args if isinstance(a, ast.Dict)]
            if texts and bodies:
                keys = {
                    k.value
                    for k in bodies[0].keys
                    if isinstance(k, ast.Constant) and isinstance(k.value, str)
                }
                found.append((f"{path.name}:{node.lineno}", texts[0], keys))
    return found


def test_whatever_the_program_records_is_in_the_table() -> None:
    assert len(recorded()) > 10
    for where, kind, keys in recorded():
        assert kind in KINDS, where
        assert keys <= KINDS[kind].keys, f"{where}: {kind} has no {keys - KINDS[kind].keys}"
