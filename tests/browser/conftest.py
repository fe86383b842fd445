"""One real Chromium for all browser tests; sound may start without a key, as on a TV that was set up as we say.

Debian packages the engine without the windows around it (chromium-headless-shell) too: where it is installed it is
taken, because the other spends as much time on a toolbar that nobody sees as on the page.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

expect.set_options(timeout=60_000)  # three browsers and their servers share two cores; no time decides a test


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
