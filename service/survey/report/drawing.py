"""Draw with matplotlib and give the drawing as SVG for inside a page.

The colours are those of the page: each is drawn as a placeholder and becomes a CSS variable, so that the drawing
follows dark mode and print. Letters stay text in the page's own font. Names in a drawing are data: matplotlib is kept
from reading mathematics into them, and the XML writer escapes them.

Usage::

    with drawing(760, 300) as figure:
        axes = figure.add_axes((0, 0, 1, 1))
        svg = as_svg(figure, title="...", description="...", prefix="drive")
"""

import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.survey.report.lettering import FONT, SIZE

INK: Final = "#010101"
MUTED: Final = "#020202"
LINE: Final = "#030303"
SURFACE: Final = "#040404"
TONE: Final = "#050505"
SOFT: Final = "#060606"
_VARIABLES: Final = {INK: "ink", MUTED: "muted", LINE: "line", SURFACE: "surface", TONE: "tone", SOFT: "tone-soft"}

_SVG: Final = "http://www.w3.org/2000/svg"
_LINK: Final = "http://www.w3.org/1999/xlink"
# One unit of the figure is one pixel of the page at its own size: matplotlib counts 72 points to the inch.
_UNITS_PER_INCH: Final = 72
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",  # letters as text: searchable, and read in the page's font
    "svg.hashsalt": "weerklank",  # the same drawing gives the same bytes
    "text.parse_math": False,
    "text.usetex": False,
    "font.family": FONT,
    "font.size": SIZE,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "hatch.linewidth": 1.6,
    "hatch.color": TONE,
    "path.simplify": False,
}


@contextmanager
def drawing(width: float, height: float) -> Iterator[Figure]:
    """Give an empty figure of so many pixels, within the settings of this module."""
    with rc_context(_SETTINGS), warnings.catch_warnings():
        # Letters that the measuring font lacks (emoji, other scripts) are shown by the browser all the same.
        warnings.filterwarnings("ignore", message="(Glyph|Matplotlib currently does not support)")
        yield Figure(figsize=(width / _UNITS_PER_INCH, height / _UNITS_PER_INCH), dpi=_UNITS_PER_INCH)


def panel(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add empty axes at a place in pixels from the figure's upper left corner; y grows downward."""
    full_width, full_height = (side * _UNITS_PER_INCH for side in figure.get_size_inches())
    place = (left / full_width, 1 - (top + height) / full_height, width / full_width, height / full_height)
    axes = figure.add_axes(place)
    axes.set(xticks=[], yticks=[], ylim=(height, 0), xlim=(0, width), facecolor="none")
    axes.spines[:].set_visible(False)
    return axes


def as_svg(figure: Figure, *, title: str, description: str, prefix: str, css_class: str = "plot") -> str:
    """Give a figure as an SVG element that screen readers announce by title and description.

    Parameters
    ----------
    figure : Figure
        Drawn within `drawing`.
    title, description : str
        What it is, and what it shows.
    prefix : str
        Makes the ids of this drawing its own within the page.
    css_class : str
        Class of the element.
    """
    file = BytesIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    root = ET.fromstring(file.getvalue())  # noqa: S314 - drawn here
    for child in [child for child in root if child.tag == f"{{{_SVG}}}metadata"]:
        root.remove(child)
    for element in root.iter():
        _themed(element)
        _own_ids(element, prefix)
    named = {"width": None, "height": None, "version": None, "role": "img", "class": css_class, "id": f"{prefix}-plot"}
    named |= {"aria-labelledby": f"{prefix}-title {prefix}-desc"}
    for name, value in named.items():
        root.attrib.pop(name, None)
        if value is not None:
            root.set(name, value)
    root.set("style", f"--width: {float(root.get('viewBox', '0 0 0').split()[2]):.0f}")
    for index, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{prefix}-{tag}"})
        element.text = text
        root.insert(index, element)
    return _serialised(root)


def _themed(element: ET.Element) -> None:
    """Turn placeholders into variables, and attributes into style, where variables work."""
    style = element.get("style", "")
    for name in ("fill", "stroke"):
        if element.get(name) in _VARIABLES:
            style = f"{name}: {element.attrib.pop(name)}; {style}"
    if element.tag == f"{{{_SVG}}}text":
        # Only size and weight: the letters are those of the page.
        style = re.sub(r"font: (?:(\d+|bold) )?([\d.]+)px [^;]*", r"font-size: \2px; font-weight: \1", style)
        style = style.replace("font-weight: ;", "").removesuffix("font-weight: ")
        style = re.sub(r"font-family: [^;]*(?:; )?", "", style)  # matplotlib from 3.11 writes each by itself
    for color, variable in _VARIABLES.items():
        style = style.replace(color, f"var(--{variable})")
    if style:
        element.set("style", style)


def _own_ids(element: ET.Element, prefix: str) -> None:
    own = element.get("id")
    if own is not None and element.tag == f"{{{_SVG}}}g":
        del element.attrib["id"]  # nothing refers to groups
    elif own is not None:
        element.set("id", f"{prefix}-{own}")
    for name, value in element.attrib.items():
        if name == f"{{{_LINK}}}href" and value.startswith("#"):
            element.set(name, f"#{prefix}-{value[1:]}")
        elif "url(#" in value:
            element.set(name, value.replace("url(#", f"url(#{prefix}-"))


def _serialised(root: ET.Element) -> str:
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _LINK)
    text = ET.tostring(root, encoding="unicode")
    return re.sub(r"\n\s*\n?", "\n", text)
