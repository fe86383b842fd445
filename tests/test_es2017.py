"""Old televisions: our scripts keep to ES2017, our stylesheets to what Chromium 69 knows.

Scripts are parsed by acorn, the stylesheets are held against a list of what came later. The pages hold
no inline code, so that the strict Content-Security-Policy never has to be loosened.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from queue_server import assets
from queue_server.screens.pages import TOGETHER, bare

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("display", "common", "counter", "kiosk", "visitor", "supervisor", "rooms", "helper")
#: Folders whose screens a television or an old kiosk may show.
BOARD_CSS = (*sorted((ROOT / "display").glob("*.css")), ROOT / "common" / "base.css", ROOT / "rooms" / "device.css")

PARSE = """
var acorn = require(process.argv[1]), wrong = {};
JSON.parse(require("fs").readFileSync(0, "utf8")).forEach(function (pair) {
  try { acorn.parse(pair[1], {ecmaVersion: 8, sourceType: "script"}); }
  catch (error) { wrong[pair[0]] = error.message; }
});
console.log(JSON.stringify(wrong));
"""

#: Library calls younger than Chromium 69; a syntax check does not see them. Name -> first version.
LATER_CALLS = {
    r"Object\.fromEntries": 73, r"\.replaceAll\(": 85,
    r"(?<!clients)\.matchAll\(": 73,  # of a text; a worker's clients have had theirs since 42
    r"Promise\.(?:allSettled|any)\b": 76,
    r"\bglobalThis\b": 71, r"\bqueueMicrotask\b": 71, r"\bstructuredClone\b": 98, r"\.at\(": 92,
    r"\.replaceChildren\(": 86, r"AbortSignal\.timeout": 103, r"\.hasOwn\(": 93, r"RelativeTimeFormat": 71,
    r"ListFormat": 72, r"\.randomUUID\(": 92, r"\.getAnimations\(": 84, r"dateStyle|timeStyle": 76,
    r"\.findLast\(": 97, r"\.toSorted\(": 110, r"\binert\b": 102,
}

#: CSS younger than Chromium 69: what -> pattern over one declaration or selector.
LATER_VALUES = {
    "clamp(), min(), max()": r"(?<![\w-])(?:clamp|min|max)\(",
    "dynamic viewport units": r"\d(?:[dsl]v[hwib]|[dsl]vmin|[dsl]vmax)\b",
    "line-height units": r"\dr?lh\b",
    "newer colours": r"(?:color-mix|oklch|oklab|lch|lab|hwb|color)\(",
    "two positions in one colour stop": r"gradient\([^;]*\d%?\s+\d+(?:\.\d+)?%\s*[,)]",
    "container units": r"\dcq[whib]\b",
}
LATER_PROPERTIES = {
    "inset", "aspect-ratio", "margin-inline", "margin-block", "padding-inline", "padding-block", "translate",
    "rotate", "scale", "content-visibility", "container", "container-type", "text-wrap", "line-clamp", "mask",
    "mask-image", "inset-inline", "inset-block", "border-inline", "border-block",
    "backdrop-filter", "overflow-clip-margin", "scrollbar-gutter", "math-depth", "offset-position",
}
LATER_SELECTORS = (":has(", ":is(", ":where(", ":focus-visible", "::part(", ":modal", "&")
LATER_AT_RULES = ("@layer", "@container", "@property", "@scope", "@starting-style")


def scripts() -> list[Path]:
    return sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.js"))


def complaints(sources: dict[str, str]) -> dict[str, str]:
    """What acorn finds wrong with each source as a classic ES2017 script."""
    acorn = assets.MODULES / "acorn" / "dist" / "acorn.js"
    done = subprocess.run([assets.node_bin(), "-e", PARSE, str(acorn)],
                          input=json.dumps(list(sources.items())), capture_output=True,
                          encoding="utf-8", check=True, timeout=60)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)


def css_faults(text: str) -> list[str]:
    """Everything in a stylesheet that Chromium 69 does not know and that would be lost there."""
    text = without_comments(text)
    faults = [name for name in LATER_AT_RULES if name in text]
    for selector, body in re.findall(r"([^{}]*)\{([^{}]*)\}", text):
        selector = selector.strip().rsplit(";", 1)[-1].strip()
        faults += _selector_faults(selector)
        pairs = [tuple(part.strip() for part in d.split(":", 1)) for d in body.split(";") if ":" in d]
        faults += [f"{selector}: {fault}" for fault in _body_faults([p for p in pairs if len(p) == 2])]
    return faults


def _selector_faults(selector: str) -> list[str]:
    # A rule that consists of nothing but a refinement may use :focus-visible: old engines drop it whole.
    if re.fullmatch(r"[^,]*:not\(:focus-visible\)", selector):
        return []
    found = [f"{selector}: {name}" for name in LATER_SELECTORS if name in selector]
    if re.search(r":not\([^)]*[, >+~]", selector):
        found.append(f"{selector}: a list or a path inside :not()")
    return found


def _body_faults(pairs: list[tuple[str, ...]]) -> list[str]:
    names = {name for name, _ in pairs}
    grid = any(name == "display" and value.endswith("grid") for name, value in pairs)
    found = [name for name in names & LATER_PROPERTIES if f"-webkit-{name}" not in names]
    if not grid:
        found += [f"{name} without display: grid in the same rule (flex gap is from 2020)"
                  for name in names & {"gap", "row-gap", "column-gap"}]
    if ("overflow", "clip") in pairs:
        found.append("overflow: clip")
    return found + [what for _, value in pairs for what, pattern in LATER_VALUES.items()
                    if re.search(pattern, value)]


def test_every_script_of_ours_is_es2017() -> None:
    assert scripts()
    assert complaints({str(p.relative_to(ROOT)): p.read_text("utf-8") for p in scripts()}) == {}


def test_no_script_calls_what_came_after_chromium_69() -> None:
    for path in scripts():
        code = re.sub(r"^\s*//.*$", "", without_comments(path.read_text("utf-8")), flags=re.M)
        for pattern, version in LATER_CALLS.items():
            assert not re.search(pattern, code), f"{path.relative_to(ROOT)}: needs Chromium {version}"


@pytest.mark.parametrize("source", [
    "a?.b", "a ?? b", "import x from 'y'", "export default 1", "var o = {...p}",
    "try { f(); } catch { g(); }", "async function f() { for await (var x of y) { g(x); } }",
    "class A { b = 1; }", "var n = 1_000;", "a ||= b",
    "var big = 1n;", "/(?<=a)b/.test(c)",
])
def test_newer_syntax_is_caught(source: str) -> None:
    assert complaints({"x": source})


def test_scripts_that_go_out_together_are_scripts_without_their_comments() -> None:
    """What is left out is comments only: what stands on lines of its own, from /* to */."""
    together = {name: b"\n".join((ROOT / part).read_bytes() for part in parts) for name, parts in TOGETHER.items()}
    bundles = {name: bare(whole).decode() for name, whole in together.items()}
    assert complaints({name: text for name, text in bundles.items() if name.endswith(".js")}) == {}
    for name, text in bundles.items():
        words = re.sub(r"/\*[\s\S]*?\*/", "", together[name].decode()).split()
        assert re.sub(r"/\*[\s\S]*?\*/", "", text).split() == words, name
    assert bare(b"a;\n  /* b\n c; */\nd; /* e */\n") == b"a;\nd; /* e */\n"


def test_es2017_itself_passes() -> None:
    source = ("async function f(a, b = 1) { const {c, d} = await g(`x${a}`, ...b); return c ** d; }"
              "class A extends B { get x() { return 1; } } for (let [k, v] of Object.entries({})) {}")
    assert complaints({"x": source}) == {}


def test_the_boards_stylesheets_keep_to_chromium_69() -> None:
    assert {p.name: css_faults(p.read_text("utf-8")) for p in BOARD_CSS} == {p.name: [] for p in BOARD_CSS}


@pytest.mark.parametrize("css", [
    "a { display: flex; gap: 1rem }", "a { gap: 1rem }", "a:has(b) { color: red }", "a { inset: 0 }",
    "a { font-size: clamp(1rem, 2vw, 3rem) }", "a { width: min(10px, 2vw) }", "a { aspect-ratio: 16 / 9 }",
    ":is(a, b) { color: red }", ":where(a) { color: red }", "a:focus-visible, a:hover { color: red }",
    "a { height: 100dvh }", "a { color: color-mix(in srgb, red, blue) }", "@layer x { a { color: red } }",
    "a { margin-inline: 1rem }", "a { rotate: 3deg }", "a { mask: url(x) }", "a:not(.b, .c) { color: red }",
    "a { background: linear-gradient(to right, red 0 50%, blue 50%) }",
    "a { color: red; &:hover { color: blue } }",
    "@media (min-width: 1px) { a { display: flex; row-gap: 1px } }", "a { overflow: clip }",
])
def test_newer_css_is_caught(css: str) -> None:
    assert css_faults(css)


@pytest.mark.parametrize("css", [
    "a { display: grid; gap: 1rem }", "a { grid-gap: 1rem }", "a { box-shadow: inset 0 0 0 2px red }",
    "@media (min-aspect-ratio: 16/9) { a { color: red } }", "a:focus:not(:focus-visible) { outline: none }",
    "a { width: calc(100% - 2rem); max-width: 10px; min-width: 0 }",
    "a:not(.b) { color: rgba(0, 0, 0, 0.5) }",
    "a { -webkit-mask: url(x); mask: url(x) }", "a { grid-template-columns: repeat(2, minmax(0, 1fr)) }",
    "a { background: linear-gradient(to right, red 36%, blue 36%, blue 64%, red 64%) }",
])
def test_older_css_passes(css: str) -> None:
    assert css_faults(css) == []


def test_pages_hold_no_inline_code() -> None:
    for path in sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.html")):
        page = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), f"{path.name}: inline script"
        assert not re.search(r"<style\b", page), f"{path.name}: inline stylesheet"
        assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)\s*=", page), f"{path.name}: inline code"
