"""What is let in when more come than can be served: a burst is, a standing queue is not."""

from __future__ import annotations

import json
from typing import Any

from queue_server.turnstile import CALM_S, FEW, KEPT, MOST, MOST_FOR_A_PLACE, STANDING_S, Turnstile


class Place:
    """A turnstile before an application that answers when it is told to."""

    def __init__(self) -> None:
        self.at = 100.0
        self.statuses: list[str] = []
        self.turnstile = Turnstile(self._work, lambda: self.at)
        self._done = 0

    def _work(self, environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        if environ["deeper"]:
            self._ask({**environ, "deeper": environ["deeper"] - 1})
        return [b"done"]

    def _ask(self, environ: dict[str, Any]) -> None:
        told = self.turnstile(environ, lambda status, headers, exc_info=None: self.statuses.append(status))  # type: ignore[arg-type,return-value]
        self.body = b"".join(told)
        self._done += self.body == b"done"

    def come(self, others: int = 0, path: str = "/press", accept: str = "") -> int:
        """Somebody comes and, before they are answered, ``others`` after them; how many in all were let in."""
        self._done = 0
        self._ask({"PATH_INFO": path, "HTTP_ACCEPT": accept, "deeper": others})
        return self._done


def test_a_burst_is_let_in_whole() -> None:
    place = Place()
    assert place.come(others=200) == 201 and place.turnstile.inside == 0


def test_a_standing_queue_is_cut_to_few_until_it_is_calm() -> None:
    place = Place()
    place.turnstile.inside = FEW
    assert place.come() == 1  # the crowd has only begun
    place.turnstile.inside = FEW
    place.at += STANDING_S
    assert place.come() == 0 and json.loads(place.body) == {"ok": False, "refused": "busy", "facts": {}}
    place.turnstile.inside = KEPT - 2
    assert place.come(others=5) == 2  # as many as are kept inside, and no more: it is not calm yet
    place.at += CALM_S
    assert place.come(others=50) == 51


def test_those_who_want_a_place_have_an_entrance_of_their_own() -> None:
    place = Place()
    place.turnstile.inside = FEW
    place.come()
    place.at += STANDING_S
    wish = {"PATH_INFO": "/office/rutan/reservations", "REQUEST_METHOD": "POST", "HTTP_ACCEPT": "", "deeper": 199}
    place._done = 0
    place._ask(wish)
    assert place._done == 200 and place.turnstile.for_a_place == 0
    place.turnstile.for_a_place = MOST_FOR_A_PLACE
    place._done = 0
    place._ask({**wish, "deeper": 0})
    assert place._done == 0
    place._ask({**wish, "REQUEST_METHOD": "GET", "deeper": 0})
    assert place._done == 0  # whoever only looks waits with the others


def test_a_crowd_that_thins_is_no_standing_queue() -> None:
    place = Place()
    for _ in range(20):
        place.at += STANDING_S * 0.9
        assert place.come(others=FEW + 5) == FEW + 6


def test_who_watches_is_answered_and_who_typed_the_address_can_read() -> None:
    place = Place()
    place.turnstile.inside = MOST
    assert place.come(path="/healthz") == 1 and place.come() == 0
    place.come(accept="text/html,*/*")
    assert b"Sebentar" in place.body and b"One moment" in place.body and place.statuses[-1].startswith("503")


def test_an_application_that_fails_leaves_no_one_inside() -> None:
    def fails(environ: Any, start_response: Any) -> list[bytes]:
        raise RuntimeError

    turnstile = Turnstile(fails)
    for _ in range(3):
        try:
            turnstile({}, lambda *told: lambda data: None)
        except RuntimeError:
            continue
    assert turnstile.inside == 0
