"""The lines of the log as the plain table that lies in a bundle of evidence: every field as it is counted.

Times are UTC ms, durations ms, stated times minutes; codes and keys, no names. Semicolons are in no value.
"""

from __future__ import annotations

from .entry import Entry

HEAD = (
    "day;prefix;number;leg;step;service;channel;priority;state;outcome;issued_at;arrived_at;first_called_at;called_at;"
    "started_at;ended_at;wait_ms;walk_ms;serve_ms;parked_office_ms;parked_visitor_ms;before_arrival_ms;wait_off_ms;"
    "parked_off_ms;service_ms;total_ms;clocks;"
    "stated_wait_min;stated_service_min;stated_visit_min;wait_on_time;service_on_time;visit_on_time;recalls;rule;"
    "reason;counter;officer;standard;standard_version;clock_doubt;flags"
)


def csv_line(e: Entry) -> str:
    """One line without its end."""
    v = e.verdict
    values = (
        e.day, e.prefix, e.number, e.leg, e.step, e.service, e.channel, int(e.priority), e.state, e.outcome,
        e.issued_at, e.arrived_at, e.first_called_at, e.called_at, e.started_at, e.ended_at, e.wait, e.walk, e.serve,
        e.parked_office, e.parked_visitor, e.remote, e.wait_off, e.parked_off, e.service_ms, e.total,
        " ".join((e.clocks.wait_from, e.clocks.wait_to, e.clocks.service_from, e.clocks.counts)),
        e.stated.wait_min, e.stated.service_min, e.stated_visit,
        v.wait.on_time, v.service.on_time, v.visit.on_time, e.recalls, e.rule, e.reason, e.counter, e.person,
        e.standard, e.standard_version, int(e.clock_doubt), " ".join(e.flags),
    )
    return ";".join(map(_cell, values))


def _cell(value: str | int | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)
