"""Labelling configurations: what an annotation tool must be told of the codebook, ready to paste or load."""

import json
from typing import Any
from xml.etree import ElementTree as Xml

from models.codebook import Codebook, Label
from models.errors import InputError
from training.corpus import Annotation
from training.formats import argilla, label_studio_values
from training.formats.layout import Unit
from training.formats.vocabulary import STANCE_PREFIX, spell


def label_studio_config(codebook: Codebook, unit: Unit = "sentence") -> str:
    """Write the labelling interface of Label Studio (Settings, Labeling Interface, Code).

    For sentences: a group of choices per dimension, and under each chosen label its stance. For texts: labels on
    regions, and the stance of the region.
    """
    view = Xml.Element("View")
    if unit == "text":
        regions = Xml.SubElement(view, "Labels", name=label_studio_values.LABELS, toName="text")
        for label in codebook.labels:
            Xml.SubElement(regions, "Label", _shown(label), background=_color(codebook, label))
        Xml.SubElement(view, "Text", name="text", value="$text")
        asked = Xml.SubElement(view, "View", visibleWhen="region-selected")
        _stances(asked, codebook, label_studio_values.STANCE, perRegion="true")
    else:
        Xml.SubElement(view, "Text", name="text", value="$text")
        for dimension in codebook.dimensions:
            labels = [label for label in codebook.labels if label.dimension == dimension.id]
            if not labels:
                continue
            Xml.SubElement(view, "Header", value=dimension.name_plural)
            group = {"name": dimension.id, "toName": "text", "choice": "multiple", "showInline": "true"}
            choices = Xml.SubElement(view, "Choices", group)
            for label in labels:
                Xml.SubElement(choices, "Choice", _shown(label))
            for label in labels:
                when = {"whenTagName": dimension.id, "whenChoiceValue": label.id}
                asked = Xml.SubElement(view, "View", when, visibleWhen="choice-selected")
                Xml.SubElement(asked, "Header", value=label.name, size="5")
                _stances(asked, codebook, STANCE_PREFIX + label.id)
    Xml.indent(view)
    return Xml.tostring(view, encoding="unicode") + "\n"


def _shown(label: Label) -> dict[str, str]:
    """Show the Dutch name, and keep the id as the value."""
    return {"value": label.id, "html": label.name, "hint": label.definition_nl}


def _stances(parent: Xml.Element, codebook: Codebook, name: str, **more: str) -> None:
    group = {"name": name, "toName": "text", "choice": "single-radio", "showInline": "true", "required": "true"}
    choices = Xml.SubElement(parent, "Choices", group | more)
    for stance in codebook.stances:
        Xml.SubElement(choices, "Choice", value=stance.id, html=stance.name, hint=stance.definition_nl)


def doccano_config(codebook: Codebook) -> str:
    """Write the labels of doccano (Labels, Actions, Import labels): each label in each stance."""
    labels = [
        {
            "text": spell(Annotation(label=label.id, stance=stance.id)),
            "prefix_key": None,
            "suffix_key": None,
            "background_color": _color(codebook, label),
            "text_color": "#ffffff",
        }
        for label in codebook.labels
        for stance in codebook.stances
    ]
    return json.dumps(labels, indent=2) + "\n"


def prodigy_config(codebook: Codebook) -> str:
    """Write the labels of Prodigy, one a line: ``prodigy textcat.manual DATASET FILE --label labels.txt``."""
    return "".join(f"{word}\n" for word in _words(codebook))


def argilla_config(codebook: Codebook, unit: Unit = "sentence") -> str:
    """Write the settings of an Argilla dataset: ``argilla.Settings.from_json("settings.json")``."""
    options = [
        _option(spell(Annotation(label=label.id, stance=stance.id)), f"{label.name}: {stance.name}")
        for label in codebook.labels
        for stance in codebook.stances
    ]
    nothing = _option(argilla.NOTHING, "gelezen" if unit == "text" else "geen")
    if unit == "text":
        spans = {"type": "span", "options": options, "field": "text", "allow_overlapping": True}
        # Argilla wants at least two options.
        read = {"type": "label_selection", "options": [nothing, _option("unsure", "gelezen, met twijfel")]}
        questions = [_question(argilla.SPANS, codebook.title, spans, False), _question(argilla.READ, "Gelezen", read)]
    else:
        labels = {"type": "multi_label_selection", "options": [*options, nothing]}
        questions = [_question(argilla.LABELS, codebook.title, labels)]
    field = {"name": "text", "title": "text", "required": True, "settings": {"type": "text", "use_markdown": False}}
    whole = {
        "guidelines": codebook.title,
        "questions": questions,
        "fields": [field],
        "vectors": [],
        "metadata": [],
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1},
        "mapping": None,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _option(value: str, text: str) -> dict[str, str | None]:
    return {"value": value, "text": text, "description": None}


def _question(name: str, title: str, settings: dict[str, Any], required: bool = True) -> dict[str, Any]:
    return {"name": name, "title": title, "description": None, "required": required, "settings": settings}


def labelling_config(tool: str, codebook: Codebook, unit: Unit) -> str:
    """Write the configuration for a tool.

    Raises
    ------
    InputError
        When the tool has none.
    """
    match tool:
        case "label-studio":
            return label_studio_config(codebook, unit)
        case "doccano":
            return doccano_config(codebook)
        case "prodigy":
            return prodigy_config(codebook)
        case "argilla":
            return argilla_config(codebook, unit)
    raise InputError(f"A labelling configuration exists for {', '.join(TOOLS)}, not for {tool!r}.")


TOOLS = ("label-studio", "doccano", "prodigy", "argilla")


def _words(codebook: Codebook) -> list[str]:
    return [spell(Annotation(label=x.id, stance=y.id)) for x in codebook.labels for y in codebook.stances]


def _color(codebook: Codebook, label: Label) -> str:
    return next(dimension.color for dimension in codebook.dimensions if dimension.id == label.dimension)
