"""What a visitor may say that they need, privately; and the classes of people whom the law has served first.

A need is for whoever serves: a chair, a helper, somebody who signs. It stands on no board, in no voice, in no entry of
the log and in no export. Being served first is another thing: only the classes that the law names have it, and a need
gives it only where it says that somebody is in one of them.

The classes are those of Permenkumham 25/2023 (pelayanan publik berbasis HAM), article 1 number 7: "Kelompok Rentan
adalah lanjut usia, anak, wanita hamil dan menyusui, serta penyandang disabilitas". UU 25/2009 article 29 demands
special treatment for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .errors import Refused
from .office import NEEDS

#: In the order of the decree; the words files hold what each is called ("class.<code>").
CLASSES = ("elderly", "child", "pregnant", "nursing", "disabled")
#: Need -> the class of the law that it says somebody is in. A chair and help with reading say nothing of the kind.
CLASS_OF: dict[str, str] = {
    "wheelchair": "disabled", "sign": "disabled", "blind": "disabled", "nursing": "nursing",
}
#: Who does not hear a call, or does not see where it leads: they are fetched unless they say otherwise.
FETCHED = frozenset({"sign", "blind"})
#: Where somebody sits, in a few words: "kursi dekat jendela".
MOST_WHERE = 60


@dataclass(frozen=True)
class Stated:
    """What was said of one visitor. ``fetch``: somebody goes to them when they are called, and only then the voice
    speaks; ``where``: where they sit, "" unknown."""

    needs: tuple[str, ...] = ()
    fetch: bool = False
    where: str = ""

    def __bool__(self) -> bool:
        return bool(self.needs or self.fetch or self.where)


    def fetched(self, phone_away: bool) -> bool:
        """Whether somebody goes to them. Who wanted no helper because their phone tells them the call is fetched all
        the same once the phone lies in a locker: without it a deaf visitor would not know."""
        return self.fetch or (phone_away and any(need in FETCHED for need in self.needs))


NOTHING = Stated()


def stated(asked: Iterable[str], given: str, fetch: bool | None = None, where: str = "") -> Stated:
    """What ``given`` (codes, apart by commas) says, of those needs that the office asks about.

    ``fetch`` None: nobody said, so it follows from the needs. Raises Refused("bad_request") for any other code.
    """
    if not given and not fetch and not where:
        return NOTHING
    codes = {code for code in given.split(",") if code}
    if not codes <= set(NEEDS):
        raise Refused("bad_request", field="needs")
    found = tuple(need for need in NEEDS if need in codes and need in set(asked))
    place = "".join(sign for sign in where if sign.isprintable()).strip()[:MOST_WHERE]
    return Stated(found, any(need in FETCHED for need in found) if fetch is None else fetch, place)


def grants_priority(needs: Iterable[str]) -> bool:
    """Whether one of the needs says that somebody is in a class that the law has served first."""
    return any(need in CLASS_OF for need in needs)
