"""Tag a column of a Spark DataFrame, for data beyond one machine.

It is the Arrow function of the local run (`survey/batch.py`), in Spark's Python workers: each loads and verifies the
artefact once. Weerklank and the artefact must be installed on every machine of the cluster.

Usage::

    tagged = tag_dataframe(spark.read.parquet("comments.parquet"), "opmerking")
    tagged.select("id", "status", "tags").write.parquet("tagged.parquet")
"""

import warnings
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, FloatType, IntegerType, StringType, StructField, StructType

from models.artefact import MANIFEST, digest_of
from models.errors import ArtefactMissing, InputError
from models.manifest import DEFAULT_OPERATING_POINT, OperatingPoint, Profile
from models.tagger import SHIPPED_ARTEFACT, Tagger, load_tagger
from service.survey.batch import tag_batch

TAG: Final = StructType(
    [
        StructField("start", IntegerType()),
        StructField("end", IntegerType()),
        StructField("dimension", StringType()),
        StructField("label", StringType()),
        StructField("stance", StringType()),
        StructField("probability", FloatType()),
        StructField("stance_probability", FloatType()),
    ]
)
ADDED: Final = (
    StructField("status", StringType()),
    StructField("reason", StringType()),
    StructField("tags", ArrayType(TAG)),
    StructField("toward", IntegerType()),
    StructField("against", IntegerType()),
)
"""The columns that are added, as `ANSWER_FIELDS` of the Arrow function has them."""


def tag_dataframe(
    df: DataFrame,
    text_column: str,
    model: Path | None = None,
    model_digest: str | None = None,
    profile: Profile | None = None,
    operating_point: OperatingPoint = DEFAULT_OPERATING_POINT,
) -> DataFrame:
    """Tag a column of comments; nothing is computed before the result is asked for.

    Parameters
    ----------
    df : DataFrame
    text_column : str
        Column of strings.
    model : Path, optional
        Folder of the artefact, on every machine; by default the one that ships with Weerklank.
    model_digest : str, optional
        What every machine's artefact must be; by default the digest of this machine's.
    profile : {"fast", "accurate"}, optional
        By default the most accurate that the artefact has.
    operating_point : {"balanced", "precise", "sensitive"}

    Returns
    -------
    DataFrame
        All rows and columns of `df`, then `status`, `reason`, `tags` (offsets of the sentence, in code points),
        `toward` and `against`, with the values that the local run has for the same comment.

    Raises
    ------
    InputError
        When the column is missing or holds no text, or when a column has the name of one that is added.
    ArtefactMissing
        When there is no artefact on this machine and no digest is given.
    """
    _check_columns(df, text_column)
    folder = model or SHIPPED_ARTEFACT
    digest = model_digest or _digest(folder)
    schema = StructType([*df.schema.fields, *ADDED])
    work = partial(
        _tag_batches, text_column=text_column, model=model, digest=digest, profile=profile, point=operating_point
    )
    with warnings.catch_warnings():
        # mapInArrow asks for pandas without using it, and warns of a newer one.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        return df.mapInArrow(work, schema)


def _check_columns(df: DataFrame, text_column: str) -> None:
    if text_column not in df.columns:
        raise InputError(f"The DataFrame has no column {text_column!r}; it has {', '.join(df.columns)}.")
    if not isinstance(df.schema[text_column].dataType, StringType):
        raise InputError(f"The column {text_column!r} holds no text; cast it to string, or name another.")
    taken = [name for name in df.columns if name.lower() in {field.name for field in ADDED}]
    if taken:
        raise InputError(f"The DataFrame has a column {taken[0]!r}, which tagging adds; rename it first.")


def _digest(folder: Path) -> str:
    try:
        return digest_of((folder / MANIFEST).read_bytes())
    except OSError:
        raise ArtefactMissing(f"There is no artefact in {folder}; give its folder, or its digest.") from None


def _tag_batches(
    batches: Iterator[pa.RecordBatch],
    text_column: str,
    model: Path | None,
    digest: str,
    profile: Profile | None,
    point: OperatingPoint,
) -> Iterator[pa.RecordBatch]:
    """Tag the batches of a partition, in a Python worker."""
    for batch in batches:
        part = tag_batch(_tagger(model, digest, profile), batch.select([text_column]), text_column, point)
        names = [*batch.schema.names, *part.schema.names[1:]]
        yield pa.RecordBatch.from_arrays([*batch.columns, *part.columns[1:]], names=names)


@lru_cache(maxsize=1)
def _tagger(model: Path | None, digest: str, profile: Profile | None) -> Tagger:
    """Load and verify the artefact, once per Python worker."""
    tagger = load_tagger(model, digest, profile, threads=1)
    tagger.self_test()
    return tagger
