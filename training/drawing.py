"""Drawings of matplotlib as SVG files: the same figures give the same file."""

import io
from typing import Any, Final

from matplotlib.figure import Figure

STYLE: Final[dict[Any, Any]] = {"svg.hashsalt": "weerklank", "svg.fonttype": "none", "font.size": 9}
"""For `matplotlib.rc_context` around drawing and `svg_of`: a fixed salt, and text as text."""


def svg_of(figure: Figure) -> str:
    """Give a figure as the text of an SVG file, without the date."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
