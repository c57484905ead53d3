"""A survey run from the file to its five files; the order stands in `run_survey`.

Comments are tagged in parts that are kept, so that a killed run goes on where it stopped. All that follows reads the
table again beside the parts, row by row, and takes seconds. The files are made in a private folder and moved to their
places at the end, all together.
"""

import errno
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

import pyarrow as pa

from models.artefact import Artefact, read_artefact
from models.codebook import Codebook
from models.errors import InputError, WeerklankError
from models.manifest import Profile
from models.tagger import SHIPPED_ARTEFACT
from service.survey.cache import Cache
from service.survey.engine import Engine, tag_parts
from service.survey.options import SurveyOptions
from service.survey.output import WriteBatch, csv_output, parquet_output, write_text
from service.survey.parts import Parts
from service.survey.pool import LOST, Pool
from service.survey.progress import Progress
from service.survey.record import Durations, FailedRow, record
from service.survey.report.page import write_report
from service.survey.report.quotes import Quotes
from service.survey.rows import TAGS_SCHEMA, comment_rows, comments_schema, tag_rows
from service.survey.summary.compare import read_summary
from service.survey.summary.counts import Counter
from service.survey.summary.schema import Summary
from service.survey.summary.summarise import model_info, summarise
from service.survey.tables.columns import tidy
from service.survey.tables.table import Table, open_table

COMMENTS, TAGS, REPORT, SUMMARY, RUN = "comments.parquet", "tags.csv", "report.html", "summary.json", "run.json"
FILES: Final = (COMMENTS, TAGS, REPORT, SUMMARY, RUN)
PERSONAL: Final = (COMMENTS, TAGS)
# What an operating system says when there is no room.
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# A row group of comments.parquet; parts of both engines divide it, so that their files are the same.
GROUP_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended."""

    rows: int
    failed: int
    """Rows that could not be read or tagged; run.json lists them."""
    without_respondent: int
    """Rows that do not say who answered, and are therefore in no number."""


class SentenceTag(NamedTuple):
    """A tag as quotations need it."""

    start: int
    end: int
    label: str
    stance: str


def run_survey(
    source: Path | Literal["-"], options: SurveyOptions, out: Path, model: Path | None = None, digest: str | None = None
) -> Outcome:
    """Tag a survey file and write the report and the files beside it.

    Parameters
    ----------
    source : Path or "-"
        The survey file, or standard input.
    options : SurveyOptions
    out : Path
        Folder of the output; is made.
    model : Path, optional
        Folder of the artefact; by default the one that ships.
    digest : str, optional
        When given, the artefact must have exactly this digest.

    Raises
    ------
    InputError
        When the file, a column or an option cannot be used.
    ArtefactError, PipelineError
        When the artefact cannot be used.
    WeerklankError
        When a tagging process or the cluster is lost; the same command goes on where it stopped.
    """
    begun, started = time.monotonic(), datetime.now(UTC)
    previous = None if options.compare is None else read_summary(options.compare)
    _refuse_leftovers(options, out)
    _refuse_folders(out)
    with open_table(source, options.sheet) as table:
        table.require(options.columns)
        artefact = read_artefact(model or SHIPPED_ARTEFACT, digest)
        profile = _profile(artefact, options.profile)
        with _room(out), Parts(out, _made_of(table, artefact, profile, options)) as parts:
            tagged = _tag(table, artefact, profile, options, parts, model)
            seconds = time.monotonic() - begun
            survey = _Survey(table, parts, options, artefact.manifest.codebook, tagged)
            counter = Counter(survey.codebook, options.group_by, options.respondent is not None)
            failed = survey.lay_out(counter)
            info = model_info(artefact.manifest, artefact.digest, profile, options.operating_point)
            summary = summarise(counter.result(), survey.codebook, options, info, previous)
            write_text(parts.staging / SUMMARY, summary.model_dump_json(indent=1) + "\n")
            write_report(summary, survey.quotes(summary, counter), parts.staging / REPORT)
            durations = Durations(started, seconds, time.monotonic() - begun)
            text = record(table, options, info, failed, tagged.taken_over, counter.rows_without_respondent, durations)
            write_text(parts.staging / RUN, text)
            for name in FILES:
                if (parts.staging / name).exists():
                    (parts.staging / name).replace(out / name)
            parts.remove()
    return Outcome(table.rows, len(failed), counter.rows_without_respondent)


@contextmanager
def _room(out: Path) -> Iterator[None]:
    """Say in words that a disk is full: that of the output, or the one for temporary files."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if isinstance(error, OSError) and error.errno not in FULL:
            raise
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise WeerklankError(
            f"{out}: cannot be written ({said}). Make room; the same command then goes on where it stopped."
        ) from None


class _Tagged(NamedTuple):
    part_rows: int
    taken_over: int
    """Rows that an earlier run had read."""


def _tag(
    table: Table, artefact: Artefact, profile: Profile, options: SurveyOptions, parts: Parts, model: Path | None
) -> _Tagged:
    with ExitStack() as stack:
        engine: Engine = stack.enter_context(_engine(artefact, profile, options, model))
        progress = stack.enter_context(Progress(table.rows))
        cache = stack.enter_context(Cache(parts.folder))
        batches = table.batches(options.columns, engine.part_rows)
        try:
            tag_parts(batches, tidy(options.text_column), engine, parts, cache, progress)
        except BrokenProcessPool:
            raise WeerklankError(LOST) from None
        return _Tagged(engine.part_rows, progress.rows_taken_over)


@contextmanager
def _engine(artefact: Artefact, profile: Profile, options: SurveyOptions, model: Path | None) -> Iterator[Engine]:
    if options.master is None:
        with Pool(artefact, profile, options.operating_point, options.jobs) as pool:
            yield pool
        return
    try:
        from service.survey.cluster import Cluster, spark_session
    except ImportError:
        raise InputError("--engine spark needs PySpark: pip install 'weerklank[spark]'.") from None
    with (
        spark_session(options.master) as session,
        Cluster(session, model, artefact.digest, profile, options.operating_point) as cluster,
    ):
        yield cluster


@dataclass(frozen=True, slots=True)
class _Survey:
    """The rows of the file beside what is said of them."""

    table: Table
    parts: Parts
    options: SurveyOptions
    codebook: Codebook
    tagged: _Tagged

    def lay_out(self, counter: Counter) -> list[FailedRow]:
        """Count all rows, and write the files that have a row for each; gives the rows that failed."""
        failed: list[FailedRow] = []
        staging = self.parts.staging
        with ExitStack() as stack:
            write_comments: WriteBatch | None = None
            if not self.options.report_only:
                schema = comments_schema(self.codebook)
                write_comments = stack.enter_context(parquet_output(staging / COMMENTS, schema, private=True))
                write_tags = stack.enter_context(csv_output(staging / TAGS, TAGS_SCHEMA, private=True))
            group: list[pa.RecordBatch] = []
            for batch, part in self.rows():
                counter.add(part, self._groups(batch))
                failed += _failed(batch, part)
                if write_comments is None:
                    continue
                write_tags(tag_rows(part))
                group.append(comment_rows(part, self.codebook))
                if sum(rows.num_rows for rows in group) >= GROUP_ROWS:
                    write_comments(pa.concat_batches(group))
                    group = []
            if write_comments is not None and group:
                write_comments(pa.concat_batches(group))
        return failed

    def quotes(self, summary: Summary, counter: Counter) -> Quotes:
        """Choose quotations, in a reading of their own: which groups are shown is known only now."""
        if not self.options.quotes or self.options.consent is None:
            return Quotes()
        quotes = Quotes(summary, self.options.quotes)
        for batch, part in self.rows():
            for row, writer, agrees, text, tags in zip(
                part.column("row").to_pylist(),
                counter.writers(self._groups(batch)),
                batch.column(tidy(self.options.consent)).to_pylist(),
                batch.column(tidy(self.options.text_column)).to_pylist(),
                part.column("tags").to_pylist(),
                strict=True,
            ):
                if tags and writer.path is not None:
                    found = [SentenceTag(tag["start"], tag["end"], tag["label"], tag["stance"]) for tag in tags]
                    quotes.add(row=row, path=writer.path, consent=agrees, text=text, tags=found, writer=writer.name)
        return quotes

    def rows(self) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        """Read the table once more, each batch with its part."""
        for number, batch in enumerate(self.table.batches(self.options.columns, self.tagged.part_rows)):
            part = self.parts.read(number, batch.column("row"))
            if part is None:
                raise WeerklankError(
                    f"{self.parts.folder}: a part was changed meanwhile. Start the same command again."
                )
            yield batch, part

    def _groups(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        respondent = self.options.respondent
        nobody = pa.nulls(batch.num_rows, pa.string())
        columns = [nobody if respondent is None else batch.column(tidy(respondent))]
        columns += [batch.column(tidy(name)) for name in self.options.group_by]
        return pa.RecordBatch.from_arrays(columns, names=["respondent", *self.options.group_by])


def _failed(batch: pa.RecordBatch, part: pa.RecordBatch) -> Iterator[FailedRow]:
    columns = (part.column("row"), part.column("status"), part.column("reason"), batch.column("problem"))
    for row, status, reason, problem in zip(*(column.to_pylist() for column in columns), strict=True):
        if status == "failed":
            yield FailedRow(row, reason, problem)


def _profile(artefact: Artefact, wanted: Profile | None) -> Profile:
    profile = wanted or artefact.manifest.default_profile
    if profile not in artefact.manifest.profiles:
        known = ", ".join(artefact.manifest.profiles)
        raise InputError(f"The artefact has no profile {profile!r}; choose from {known}.")
    return profile


def _made_of(table: Table, artefact: Artefact, profile: Profile, options: SurveyOptions) -> dict[str, object]:
    """Name all that the parts depend on."""
    return {
        "file": table.sha256,
        "kind": str(table.kind),
        "sheet": options.sheet,
        "columns": options.columns,
        "engine": options.engine,  # decides how many rows a part has
        "model": artefact.digest,
        "profile": profile,
        "operating_point": options.operating_point,
    }


def _refuse_leftovers(options: SurveyOptions, out: Path) -> None:
    """Keep a folder that is to hold no personal data free of an earlier run's."""
    for name in PERSONAL:
        if options.report_only and (out / name).exists():
            raise InputError(
                f"{out / name}: an earlier run left personal data here; remove it, or give another folder."
            )


def _refuse_folders(out: Path) -> None:
    """Find out before a long run, and not when half of the files have taken their names."""
    for name in FILES:
        if (out / name).is_dir():
            raise InputError(f"{out / name}: is a folder where a file is to stand; remove it, or give another folder.")
