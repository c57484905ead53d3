"""The two files with a row per comment and a row per tag; both are personal data, and hold no comment's text.

comments.parquet: `row` (1-based data row of the file), `status`, `reason`, per label `<label>` (the stance; null where
the label was not found; of several sentences the one with the highest probability) and `<label>_probability`, then
`toward` and `against` (sentences on each side of the codebook's balance) and `balance`, which is
(toward - against) / (toward + against).

tags.csv: `row`, `start` and `end` (the sentence, in code points of the comment, end exclusive), `dimension`, `label`,
`stance`, `probability`.
"""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from models.codebook import Codebook
from models.errors import InputError

TAG_COLUMNS: Final = ("start", "end", "dimension", "label", "stance", "probability")
TAGS_SCHEMA: Final = pa.schema(
    [
        pa.field("row", pa.int64()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        *(pa.field(name, pa.string()) for name in ("dimension", "label", "stance")),
        pa.field("probability", pa.float64()),
    ]
)


def comments_schema(codebook: Codebook) -> pa.Schema:
    """Give the columns of comments.parquet.

    Raises
    ------
    InputError
        When a label is called as one of the other columns.
    """
    fields = [pa.field("row", pa.int64()), pa.field("status", pa.string()), pa.field("reason", pa.string())]
    for label in codebook.label_ids:
        fields += [pa.field(label, pa.string()), pa.field(f"{label}_probability", pa.float32())]
    if codebook.balance is not None:
        fields += [pa.field("toward", pa.int32()), pa.field("against", pa.int32()), pa.field("balance", pa.float32())]
    schema = pa.schema(fields)
    twice = [label for label in codebook.label_ids if schema.names.count(label) > 1]
    if twice:
        raise InputError(
            f"comments.parquet has a column {twice[0]!r} beside the label of that name; use --report-only."
        )
    return schema


def comment_rows(part: pa.RecordBatch, codebook: Codebook) -> pa.RecordBatch:
    """Lay out a part as rows of comments.parquet, as many as it has."""
    best: list[dict[str, tuple[float, str]]] = []
    for tags in part.column("tags").to_pylist():
        found: dict[str, tuple[float, str]] = {}
        for tag in tags:
            if tag["label"] not in found or tag["probability"] > found[tag["label"]][0]:
                found[tag["label"]] = (tag["probability"], tag["stance"])
        best.append(found)
    arrays: list[pa.Array] = [part.column(name) for name in ("row", "status", "reason")]
    for label in codebook.label_ids:
        pairs = [found.get(label, (None, None)) for found in best]
        arrays.append(pa.array([stance for _, stance in pairs], pa.string()))
        arrays.append(pa.array([probability for probability, _ in pairs], pa.float32()))
    if codebook.balance is not None:
        toward, against = part.column("toward"), part.column("against")
        total = pc.add(toward, against)
        some = pc.if_else(pc.greater(total, 0), total, pa.scalar(None, pa.int32()))
        balance = pc.divide(pc.subtract(toward, against).cast(pa.float32()), some.cast(pa.float32()))
        arrays += [toward, against, balance]
    return pa.RecordBatch.from_arrays(arrays, schema=comments_schema(codebook))


def tag_rows(part: pa.RecordBatch) -> pa.RecordBatch:
    """Lay out a part as rows of tags.csv: one per tag, in order."""
    tags = part.column("tags")
    flat = pc.list_flatten(tags)
    rows = pc.take(part.column("row"), pc.list_parent_indices(tags))
    columns = {name: pc.struct_field(flat, name) for name in TAG_COLUMNS}
    # As a 64-bit number 0.931 is written as such, and not as 0.93099999.
    columns["probability"] = pc.round(columns["probability"].cast(pa.float64()), 3)
    return pa.RecordBatch.from_arrays([rows, *columns.values()], schema=TAGS_SCHEMA)
