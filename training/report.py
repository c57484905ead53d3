"""Write what people read about a trained tagger: the model card and the evaluation report.

Both are filled from the manifest, so that no number in them is typed by hand. The model card follows Mitchell et al.
(2019), "Model Cards for Model Reporting".
"""

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from models.manifest import DEFAULT_OPERATING_POINT, Manifest


def write_model_card(manifest: Manifest) -> str:
    """Render the model card, in Markdown."""
    return _render("model_card.md.j2", manifest)


def quality_table(manifest: Manifest) -> str:
    """Render the measured quality alone, in Markdown, as it stands in the README."""
    return _render("quality.md.j2", manifest)


def write_report(manifest: Manifest) -> str:
    """Render the evaluation report, one self-contained HTML page."""
    return _render("report.html.j2", manifest)


def _render(template: str, manifest: Manifest) -> str:
    environment = Environment(
        loader=PackageLoader("training"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    thresholds = manifest.profiles[manifest.default_profile].thresholds[DEFAULT_OPERATING_POINT]
    return environment.get_template(template).render(m=manifest, q=manifest.metrics, t=thresholds, f=_two_decimals)


def _two_decimals(value: float) -> str:
    return f"{value:.2f}"
