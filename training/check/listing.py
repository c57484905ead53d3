"""Write annotations in doubt for review, as tab-separated values or JSON lines: sentences by text id and number."""

import csv
import io
import json
from collections.abc import Iterator, Sequence

from training.check.noise import Doubt
from training.corpus import Examples

HEADER = ("id", "sentence", "label", "given", "probability")
TEXT = "text"
"""Column of the sentence itself, which is written only when asked for."""


def tsv(doubts: Sequence[Doubt], examples: Examples | None = None) -> str:
    """Write a table with a header; `given` is the annotator's stance, empty where the label was not given.

    Parameters
    ----------
    doubts : sequence of Doubt
    examples : Examples, optional
        When given, each row also has the sentence itself.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, [*HEADER, TEXT] if examples else HEADER, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(doubts, examples))
    return out.getvalue()


def jsonl(doubts: Sequence[Doubt], examples: Examples | None = None) -> str:
    """Write one object a line, with the fields of the table."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(doubts, examples))


def _rows(doubts: Sequence[Doubt], examples: Examples | None) -> Iterator[dict[str, object]]:
    for doubt in doubts:
        values = (doubt.place.text_id, doubt.place.number, doubt.label, doubt.stance, round(doubt.probability, 4))
        row: dict[str, object] = dict(zip(HEADER, values, strict=True))
        yield row | {TEXT: examples.texts[doubt.row]} if examples else row
