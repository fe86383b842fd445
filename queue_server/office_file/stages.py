"""What must be true of stages: they are services of their own, each of one journey only, and boards call to them."""

from __future__ import annotations

from ..domain.office import Office
from .node import Sheet, shown


def check_stages(office: Office, sheet: Sheet) -> None:
    services = {service.key: service for service in office.services}
    taken: dict[str, str] = {}
    for place, service in enumerate(office.services):
        where = f'service "{service.key}"'
        for item, key in enumerate(service.stages):
            path, facts = ("service", place, "stages", item), {"where": where, "given": shown(key)}
            if key not in services:
                sheet.note("no_such_stage", path, **facts)
            elif key == service.key or services[key].stages:
                sheet.note("stage_of_stage", path, **facts)
            elif key in taken:
                sheet.note("stage_twice", path, other=taken[key], **facts)
            taken.setdefault(key, where)
    for place, service in enumerate(office.services):
        for name in ("both_ready", "phone_away"):
            if getattr(service, name) and service.key not in taken:
                sheet.note("only_stages", ("service", place, name), where=f'service "{service.key}"', key=name)
    _boards(office, sheet)
    _collected(office, sheet)


def _boards(office: Office, sheet: Sheet) -> None:
    """Whoever has left the phone in a locker sees and hears calls on a board or nowhere."""
    boards = {board.hall for board in office.boards}
    for service in office.services:
        for key in service.stages:
            halls = sorted(office.hall_of(key) - boards)
            if halls and office.without_phone(service.key, key):
                place = next(n for n, found in enumerate(office.services) if found.key == service.key)
                sheet.note("no_board_without_phone", ("service", place, "stages"), where=f'service "{service.key}"',
                           given=shown(key), halls=", ".join(halls))


def _collected(office: Office, sheet: Sheet) -> None:
    """What has a case is collected at services that people take a number for."""
    takes = {service.key for service in office.services} - office.stage_keys
    for place, service in enumerate(office.services):
        where, path = f'service "{service.key}"', ("service", place, "collected_at")
        if service.collected_at and service.finish_in_days is None:
            sheet.note("collected_needs_days", path, where=where)
        if service.finish_in_days is not None and service.key in office.stage_keys:
            sheet.note("not_of_a_stage", ("service", place, "finish_in_days"), where=where, key="finish_in_days")
        for item, key in enumerate(service.collected_at):
            if key not in takes or key == service.key:
                sheet.note("no_such_collection", (*path, item), where=where, given=shown(key))
