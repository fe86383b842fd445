"""Any valid office, for hypothesis; and the two demo offices and the template as everybody's examples."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from queue_server import office_file
from queue_server.domain.office import (
    ASKS,
    COMPONENTS,
    COUNTER_KINDS,
    COUNTS,
    DIRECTIONS,
    NEEDS,
    SERVICE_FROM,
    STATUSES,
    WAIT_FROM,
    WAIT_TO,
    Board,
    Booking,
    Clocks,
    ComplaintRule,
    Counter,
    FamilyRule,
    Hall,
    Holiday,
    MixRule,
    Notice,
    Office,
    Override,
    Promise,
    Quota,
    Rules,
    Service,
    Session,
    Span,
    Standard,
    Week,
)
from queue_server.icons import SERVICE_ICONS

OFFICES = Path(__file__).resolve().parent.parent / "offices"
DAYS = [f"2026-11-{day:02d}" for day in range(16, 31)] + [f"2026-12-{day:02d}" for day in range(1, 11)]


@cache
def example(name: str) -> Office:
    """``rutan``, ``kanim`` or ``template`` as read from its file."""
    return office_file.read(text_of(name), f"{name}.toml")


def text_of(name: str) -> str:
    return (OFFICES / f"{name}.toml").read_text(encoding="utf-8")


_plain = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters=(
    *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u200e", "\u200f"))
texts = st.text(_plain, min_size=1, max_size=30).filter(str.strip)
long_texts = st.lists(texts, min_size=1, max_size=3).map("\n".join) | texts | st.just('"""\\\n"')
words = st.fixed_dictionaries({"id": texts}, optional={"en": texts})
long_words = st.fixed_dictionaries({"id": long_texts}, optional={"en": long_texts})
minutes = st.none() | st.integers(1, 600)
limits = st.none() | st.integers(1, 300)
colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@st.composite
def spans(draw: st.DrawFn, day_starts: int, most: int = 3) -> tuple[Span, ...]:
    """Open periods of an hour or more; now and then one begins where the one before ends."""
    found: list[Span] = []
    at = day_starts + 60 * draw(st.integers(6, 9))
    for _ in range(draw(st.integers(0, most))):
        start = at + draw(st.sampled_from([0, 30, 60, 90]))
        at = start + draw(st.sampled_from([60, 90, 120, 180]))
        found.append(Span(start, at))
    return tuple(found)


def weeks(day_starts: int) -> st.SearchStrategy[Week]:
    return st.builds(Week, st.tuples(*(spans(day_starts) for _ in range(7))))


clocks = st.builds(
    Clocks, wait_from=st.sampled_from(WAIT_FROM), wait_to=st.sampled_from(WAIT_TO),
    service_from=st.sampled_from(SERVICE_FROM), counts=st.sampled_from(COUNTS),
).filter(lambda found: (found.wait_to, found.service_from) != ("started", "called"))


@st.composite
def standards(draw: st.DrawFn) -> Standard:
    promises = st.builds(Promise, wait_min=minutes, service_min=minutes)
    return Standard(
        promises={"door": draw(promises), **draw(st.dictionaries(
            st.sampled_from(["online", "staff", "priority"]), promises, max_size=3))},
        visit_min=draw(minutes), decree=draw(st.just("") | texts),
        valid_from=draw(st.sampled_from(["", "2026-01-02"])),
        components=draw(st.dictionaries(st.sampled_from(COMPONENTS), long_words, max_size=4)),
        valid_to=draw(st.sampled_from(["", "2026-12-31"])), clocks=draw(clocks),
    )


quotas = st.builds(Quota, per=st.sampled_from(["day", "session"]), total=limits, door=limits, online=limits,
                   priority=limits)


bookings = st.builds(
    Booking, opens_days=st.integers(0, 30), closes_min=st.integers(0, 1440), early_min=st.integers(0, 90),
    late_min=st.integers(0, 90), release=st.booleans(), numbers_too=st.booleans(), asks=st.just(ASKS),
    per_visitor_week=st.none() | st.integers(1, 3), per_inmate_day=st.none() | st.integers(1, 3),
    most_party=st.integers(1, 9), days=st.dictionaries(st.sampled_from(STATUSES), st.just(("tuesday", "friday"))),
    permit=st.sampled_from([(), ("tahanan",)]), keep_days=st.integers(7, 60), signal_bookings=st.integers(2, 9),
    signal_retaken_s=st.integers(1, 90))


@st.composite
def booked_sessions(draw: st.DrawFn, day_starts: int) -> tuple[Session, ...]:
    """One to three sessions of an hour, one after the other."""
    return tuple(
        Session(f"sesi-{n}", Span(day_starts + 60 * (8 + n), day_starts + 60 * (9 + n)), draw(st.integers(0, 60)),
                draw(st.none() | st.integers(0, 30)), draw(st.none() | st.integers(0, 10)),
                draw(st.sampled_from([(), ("monday", "thursday")])), draw(st.just({}) | words))
        for n in range(draw(st.integers(1, 3))))


@st.composite
def service_hours(draw: st.DrawFn, day_starts: int) -> dict[str, object]:
    """The fields of a service that say when its numbers are issued."""
    return {
        "week": draw(st.none() | weeks(day_starts)),
        "issue_from": draw(st.none() | st.just(day_starts + 330)),
        "last_ticket_min": draw(st.none() | st.integers(0, 45)),
        "break_ticket_min": draw(st.none() | st.integers(0, 45)),
    }


@st.composite
def office_hours(draw: st.DrawFn, named: str) -> dict[str, object]:
    """The fields of an office that say when it is open; ``named`` is a service that an override may name."""
    day_starts = draw(st.sampled_from([0, 0, 240]))
    overrides = [
        Override(*sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2))), f"Hari {place}",
                 draw(weeks(day_starts)), for_whom)
        for place, for_whom in enumerate(((), (named,))) if draw(st.booleans())
    ]
    holidays = sorted(draw(st.sets(st.sampled_from(DAYS), max_size=4)))
    return {
        "day_starts": day_starts, "week": draw(weeks(day_starts)), "overrides": tuple(overrides),
        "holidays": tuple(Holiday(day, f"Libur {day}") for day in holidays),
        "issue_from": draw(st.none() | st.just(day_starts + 345)), "last_ticket_min": draw(st.integers(0, 45)),
        "break_ticket_min": draw(st.none() | st.integers(0, 45)), "always_open": draw(st.integers(0, 9)) == 0,
        "time_zone": draw(st.sampled_from(["WIB", "WITA", "WIT"])), "remote_numbers": draw(st.booleans()),
        "door_code": draw(st.sampled_from(["screen", "sheet", "both"])),
    }


@st.composite
def opening_offices(draw: st.DrawFn) -> Office:
    """An office with one service, of which only the hours vary: quick to draw."""
    office = example("template")
    fields = draw(office_hours(office.services[0].key))
    own = draw(service_hours(fields["day_starts"]))
    if draw(st.booleans()):  # later than the first period now and then, which a file would rarely say
        own["issue_from"] = fields["day_starts"] + draw(st.integers(12, 30)) * 30
    service = replace(office.services[0], remote=draw(st.booleans()), **own)
    return replace(office, services=(service,), **fields)


@st.composite
def services(draw: st.DrawFn, place: int, day_starts: int) -> Service:
    reserved = draw(st.none() | st.just((901, 960)))
    booking = draw(st.none() | bookings)
    divided = st.sampled_from([{}, {"pintu": (901, 930)}, {"b": (911, 920), "a": (951, 960)}])
    return Service(
        key=f"layanan-{place}", prefix="ABC"[place], name=draw(words), icon=draw(st.sampled_from(SERVICE_ICONS)),
        colour=draw(colours), standard=draw(standards()), quota=draw(quotas),
        **draw(service_hours(day_starts)),
        remote=draw(st.booleans()), english=draw(st.booleans()),
        priority_prefix=draw(st.sampled_from(["", "XYZ"[place]])),
        reserved=reserved, reserved_for=draw(divided) if reserved else {}, summary=draw(st.just({}) | words),
        booking=booking, sessions=draw(booked_sessions(day_starts)) if booking else (),
    )


@st.composite
def offices(draw: st.DrawFn) -> Office:
    """An office that ``read`` accepts, with everything that a file can say."""
    hours = draw(office_hours("layanan-0"))
    day_starts = hours["day_starts"]
    some = tuple(draw(services(place, day_starts)) for place in range(draw(st.integers(1, 3))))
    names = [service.key for service in some]
    spoken = st.none() | st.tuples(st.sampled_from(COUNTER_KINDS), st.integers(1, 99))
    counter_words = words | st.just({"id": "Loket 3", "en": "Counter 3"})
    counters = [Counter("semua", draw(counter_words), "a", tuple(draw(st.permutations(names))),
                        draw(st.sampled_from(DIRECTIONS)), draw(spoken))]
    return Office(
        key="kantor", name=draw(texts), institution=draw(texts),
        languages=draw(st.sampled_from([("id",), ("id", "en")])), accent=draw(colours),
        halls=(Hall("a", draw(words)),), boards=(Board("tv", "a", draw(texts), draw(st.booleans())),),
        counters=tuple(counters), services=some,
        rules=Rules(
            mix=MixRule(draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.none() | st.integers(5, 90))),
            merge=draw(st.sampled_from(["earliest", "listed"])), return_after=draw(st.integers(1, 9)),
            kept_on_boards=draw(st.booleans()), complaints=ComplaintRule(*(draw(st.integers(1, 60)) for _ in range(4))),
            family=FamilyRule(draw(st.booleans()), draw(st.integers(1, 900)), draw(st.integers(7, 900))),
            needs=tuple(need for need in NEEDS if draw(st.booleans())),
        ),
        notices=(Notice("text", draw(long_words)), Notice("picture", {}, "denah.png", 20)),
        running_text=draw(st.just({}) | words), complaint=draw(st.just({}) | words),
        number_reading=draw(st.sampled_from(["digits", "words"])), voice=draw(st.booleans()),
        pause_reasons=tuple(draw(st.lists(words, max_size=2))),
        words=draw(st.dictionaries(st.sampled_from(["board.closed", "kiosk.take"]), words, max_size=2)),
        demo=draw(st.booleans()), **hours,
    )
