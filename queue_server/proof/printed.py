"""A seal as it leaves the building on paper or a screen: its QR code holds the very text that stands beside it."""

from __future__ import annotations

import segno

from ..domain.seal import Seal


def qr_svg(seal: Seal, scale: int = 4) -> str:
    """The QR code as an inline SVG without a size of its own; whoever scans it gets what the verifier takes."""
    return str(segno.make_qr(seal.text, error="m").svg_inline(scale=scale, border=2, omitsize=True))
