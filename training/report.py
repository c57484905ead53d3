"""Write what people read about a trained tagger: the model card and the evaluation report.

Both are filled from the same figures, so that no number in them is typed by hand. The model card follows Mitchell et
al. (2019), "Model Cards for Model Reporting", under the headings of Hugging Face's template.
"""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from models.manifest import DEFAULT_OPERATING_POINT, Manifest
from training.evaluation.background import Background
from training.evaluation.bootstrap import Interval
from training.evaluation.study import Study


def write_model_card(manifest: Manifest, background: Background | None = None, study: Study | None = None) -> str:
    """Render the model card, in Markdown; without a study it says that nothing was evaluated."""
    from training.evaluation.sections import card_sections

    sections = card_sections(study) if study is not None else None
    return _render("model_card.md.j2", manifest, b=background or Background(), s=sections)


def quality_table(manifest: Manifest) -> str:
    """Render the measured quality alone, in Markdown, as it stands in the README."""
    return _render("quality.md.j2", manifest)


def write_report(
    manifest: Manifest, background: Background | None = None, study: Study | None = None, with_text: bool = False
) -> str:
    """Render the evaluation report, one self-contained HTML page.

    Parameters
    ----------
    manifest : Manifest
    background : Background, optional
    study : Study, optional
        Without one the page says that nothing was evaluated.
    with_text : bool
        Whether the list of errors shows the sentences.
    """
    background = background or Background()
    sections = None
    if study is not None:
        from training.evaluation.sections import page_sections  # draws with matplotlib: heavy, and only needed here

        sections = page_sections(manifest, background, study, with_text)
    return _render("report.html.j2", manifest, b=background, s=sections)


def _render(template: str, manifest: Manifest, **values: Any) -> str:
    environment = Environment(
        loader=PackageLoader("training"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"span": _span, "or_none": _or_none, "percent": _percent, "whisker": _whisker}
    thresholds = manifest.profiles[manifest.default_profile].thresholds[DEFAULT_OPERATING_POINT]
    names = {"m": manifest, "q": manifest.metrics, "t": thresholds, "f": _two_decimals}
    return environment.get_template(template).render(**names, **values)


def _two_decimals(value: float) -> str:
    return f"{value:.2f}"


def _or_none(value: float | None) -> str:
    """Write a figure, or a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def _span(found: Interval | None) -> str:
    """Write an interval."""
    return "–" if found is None else f"{found.low:.2f} to {found.high:.2f}"


def _whisker(found: Interval, name: str) -> Markup:
    """Draw a figure with its interval on a line from 0 to 1."""
    low, value, high = (round(120 * x, 1) for x in (found.low, found.value, found.high))
    return Markup(
        '<svg width="120" height="14" role="img" aria-label="{name} {value:.2f}, from {low:.2f} to {high:.2f}">'
        '<path class="axis" d="M0 7H120"/><path class="whisker" d="M{x1} 7H{x2}"/>'
        '<circle class="dot" cx="{x}" cy="7" r="3.5"/></svg>'
    ).format(name=name, value=found.value, low=found.low, high=found.high, x1=low, x2=high, x=value)
