"""One real Chromium for all browser tests; sound may start without a key, as on a TV that was set up as we say.

Debian packages the engine without the windows around it (chromium-headless-shell) too: where it is installed it is
taken, because the other spends as much time on a toolbar that nobody sees as on the page.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

expect.set_options(timeout=60_000)  # four browsers and their servers share two cores; no time decides a test

#: Opens an address on a device of its own: ((width, height), address, options of its browser) -> the page.
Device = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; as root it needs --no-sandbox."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    program = next(filter(None, map(shutil.which, names)), None)
    assert program, "the browser tests need Chromium: apt-get install chromium"
    flags = ["--autoplay-policy=no-user-gesture-required"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=program, args=flags)
        yield running
        running.close()


@pytest.fixture
def device(browser: Browser) -> Iterator[Device]:
    """Phones, kiosks and desks, each as large as it is and with cookies of its own; they speak Indonesian unless told
    otherwise."""
    contexts: list[BrowserContext] = []

    def opened(size: tuple[int, int], address: str, **options: Any) -> Page:
        width, height = size
        contexts.append(browser.new_context(
            viewport={"width": width, "height": height},
            **{"locale": "id-ID", "reduced_motion": "reduce", **options}))
        contexts[-1].set_default_timeout(60_000)
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
