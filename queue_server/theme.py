"""An office's own colours as a stylesheet: ``/office/<key>/theme.css``, loaded after common/base.css.

An office chooses one accent and one colour per service. Whatever it chooses, what people read keeps
7:1 against its ground (WCAG 2.2, 1.4.6): a colour that is too weak is moved towards black (light
screens) or white (boards), never refused here; the office file's check warns about it.
"""

from __future__ import annotations

from colorsys import hls_to_rgb, rgb_to_hls
from itertools import cycle

from .domain.office import Office

#: The grounds of common/base.css on which coloured text stands least out: --sunken, and --surface of boards.
LIGHT_GROUND = "#eae7df"
DARK_GROUND = "#162027"
DARK_INK = "#0d1317"
LIGHT_INK = "#ffffff"
AAA = 7.0

#: Shape of a service's letter, by its place in the office file: told apart without any colour.
SHAPES: tuple[str, ...] = (
    "--service-round:22%",
    "--service-round:50%",
    "--service-shape:polygon(25% 3%,75% 3%,100% 50%,75% 97%,25% 97%,0 50%);--service-round:0",
    "--service-shape:polygon(50% 0,100% 36%,84% 100%,16% 100%,0 36%);--service-round:0",
    "--service-shape:polygon(0 0,100% 0,100% 66%,50% 100%,0 66%);--service-round:0",
    "--service-shape:polygon(28% 0,72% 0,100% 28%,100% 72%,72% 100%,28% 100%,0 72%,0 28%);--service-round:0",
    "--service-shape:polygon(0 0,78% 0,100% 50%,78% 100%,0 100%);--service-round:0",
    "--service-round:50% 50% 12% 12%",
)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` as WCAG 2.2 defines it: 0 (black) to 1 (white)."""
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
              for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, towards: str, share: float) -> str:
    """``colour`` with ``share`` (0..1) of ``towards`` in it."""
    pairs = zip(_channels(colour), _channels(towards), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable(colour: str, *grounds: str) -> str:
    """``colour``, made darker or lighter until it can be read (7:1) on each of ``grounds``.

    The grounds are all light or all dark. The hue stays, so that a service keeps "its" colour.
    """
    target = 0.0 if luminance(grounds[0]) > 0.18 else 1.0
    steps = (_with_lightness(colour, target, step / 50) for step in range(51))
    return next(c for c in steps if all(contrast(c, ground) >= AAA for ground in grounds))


def _with_lightness(colour: str, target: float, share: float) -> str:
    hue, lightness, saturation = rgb_to_hls(*(c / 255 for c in _channels(colour)))
    if share == 0:
        return colour
    channels = hls_to_rgb(hue, lightness + (target - lightness) * share, min(saturation, 0.7))
    return "#" + "".join(f"{round(c * 255):02x}" for c in channels)


def filled(colour: str) -> tuple[str, str]:
    """(fill, ink) of an area with text on it: ``colour``, or the nearest darker one that carries white."""
    if contrast(colour, DARK_INK) >= AAA:
        return colour, DARK_INK
    return readable(colour, LIGHT_INK), LIGHT_INK


def theme_css(office: Office) -> str:
    """The stylesheet of one office: its accent, and ``.service-<key>`` with colour, ink and shape."""
    fill, ink = filled(office.accent)
    light, dark = mixed(office.accent, "#ffffff", 0.86), mixed(office.accent, DARK_GROUND, 0.8)
    rules = [
        f":root{{--accent:{fill};--accent-ink:{ink};--accent-soft:{light};"
        f"--accent-text:{readable(office.accent, LIGHT_GROUND, light)}}}",
        f".dark{{--accent-soft:{dark};--accent-text:{readable(office.accent, DARK_GROUND, dark)}}}",
    ]
    for service, shape in zip(office.services, cycle(SHAPES), strict=False):
        fill, ink = filled(service.colour)
        rules.append(f".service-{service.key}{{--service:{fill};--service-ink:{ink};{shape}}}")
        rules.append(f".dark .service-{service.key}"
                     f"{{--service:{readable(service.colour, DARK_GROUND)};--service-ink:{DARK_INK}}}")
    return "\n".join(rules) + "\n"
