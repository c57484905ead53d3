"""The commands ``weerklank-train import``, ``export`` and ``labelling-config``."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

import numpy as np
import typer

from models.codebook import load_codebook
from models.errors import InputError
from models.pipeline import Pipeline, load_pipeline
from models.vectors import StaticVectors
from training.agreement import ANNOTATIONS
from training.corpus import CORPUS_FOLDER, AnnotatedText, Kind, read_corpus
from training.formats.assemble import Defaults, Imported, Spans, corpus_of
from training.formats.catalogue import FORMATS, format_of, write_items
from training.formats.folder import DISPUTED, LEFT_OUT, write_folder
from training.formats.labelling import TOOLS, labelling_config
from training.formats.layout import Unit, items_of
from training.formats.reading import Reading, Source, open_sources
from training.formats.record import Offsets, quoted
from training.formats.settle import gather
from training.formats.vocabulary import Vocabulary

MAX_SHOWN = 20
FormatArgument = Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of: {', '.join(FORMATS)}.")]
CodebookOption = Annotated[Path | None, typer.Option("--codebook", help="Codebook (TOML).")]
UnitOption = Annotated[Unit, typer.Option(help="What annotators see at a time: one sentence, or a whole text.")]
OffsetsOption = Annotated[
    Offsets | None, typer.Option(help="What spans count in; by default what the tool itself counts in.")
]


def import_(
    form: FormatArgument,
    files: Annotated[list[Path], typer.Argument(help="What the tool exported; zip archives are opened.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Corpus folder to write; it must not exist yet.")],
    codebook: CodebookOption = None,
    default_stance: Annotated[str | None, typer.Option(help="Stance of labels that come without one.")] = None,
    annotator: Annotated[
        str | None, typer.Option(help="Whose labels these are, where the file does not say; by default its name.")
    ] = None,
    text_field: Annotated[str | None, typer.Option(help="Field or column that holds the text.")] = None,
    writer_field: Annotated[str, typer.Option(help="Field or column that says who wrote the text.")] = "writer",
    question: Annotated[
        list[str] | None, typer.Option(help="Question or control that holds the labels, if not all do.")
    ] = None,
    offsets: OffsetsOption = None,
    encoding: Annotated[str, typer.Option(help="Encoding of text files.")] = "utf-8",
    predictions: Annotated[
        bool, typer.Option("--predictions", help="Read what a model said as one more annotator.")
    ] = False,
    skip_empty: Annotated[
        bool, typer.Option("--skip-empty", help="Take items without a label for not yet read.")
    ] = False,
    kind: Annotated[Kind, typer.Option(help="Kind of texts that do not say theirs.")] = "survey",
    sector: Annotated[str, typer.Option(help="Sector of texts that do not say theirs.")] = "unknown",
) -> None:
    """Make a corpus folder of what annotators did in a tool: settled by majority, and each one's own reading."""
    book = load_codebook(codebook)
    reading = Reading(
        Vocabulary(book, default_stance),
        text_field,
        writer_field,
        annotator,
        frozenset(question or ()),
        offsets,
        encoding,
        predictions,
        skip_empty,
    )
    read = format_of(form).read
    sources = open_sources(files)
    gathered = gather(reply for source in sources for reply in read(source, reading))
    done = corpus_of(gathered, book, _splitter(), Defaults(kind, sector))
    _tell_left_out(done)
    if not done.corpus:
        raise InputError(f"Not one record in {_named(sources)} can be used; the reasons are above.")
    write_folder(out, done)
    rejected = sum(x.fault for x in done.left_out)
    texts = len(done.corpus)
    readers = ", ".join(f"{name} ({len(own)} texts)" for name, own in done.annotations.items())
    typer.echo(
        f"corpus: {out}: {sum(len(text.sentences) for text in done.corpus)} sentences in {texts} texts by "
        f"{len({text.writer for text in done.corpus})} writers, read by {len(done.annotations)} annotators: {readers}"
    )
    typer.echo(f"disputed: {len(done.disputed)} labels, {sum(x.tie for x in done.disputed)} of them ties ({DISPUTED})")
    typer.echo(f"left out: {rejected} records rejected, {len(done.left_out) - rejected} skipped ({LEFT_OUT})")
    if rejected:
        raise typer.Exit(3)


def export(
    form: FormatArgument,
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write.")],
    corpus: Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")] = CORPUS_FOLDER,
    codebook: CodebookOption = None,
    annotations: Annotated[
        bool, typer.Option("--annotations", help="Write the annotators' own readings, not the settled labels.")
    ] = False,
    annotator: Annotated[
        list[str] | None, typer.Option(help="Write only this annotator's reading (with --annotations).")
    ] = None,
    writer: Annotated[list[str] | None, typer.Option(help="Write only texts by this writer.")] = None,
    blank: Annotated[bool, typer.Option("--blank", help="Write the texts without labels, to be annotated.")] = False,
    unit: UnitOption = "sentence",
    offsets: OffsetsOption = None,
) -> None:
    """Write a corpus in the format of an annotation tool."""
    book = load_codebook(codebook)
    readings: dict[str, list[AnnotatedText]] = {"corpus": read_corpus(corpus, book)}
    if annotations:
        folders = sorted(path for path in (corpus / ANNOTATIONS).glob("*") if path.is_dir())
        readings = {unquote(path.name): read_corpus(path, book) for path in folders}
        for name in annotator or ():
            if name not in readings:
                raise InputError(f"There is no annotator {quoted(name)} in {corpus / ANNOTATIONS}.")
        readings = {name: texts for name, texts in readings.items() if not annotator or name in annotator}
        if not readings:
            raise InputError(f"There is no annotator's folder in {corpus / ANNOTATIONS}.")
    elif annotator:
        raise InputError("--annotator chooses among the readings of --annotations; give both.")
    if writer:
        readings = {name: [text for text in texts if text.writer in writer] for name, texts in readings.items()}
    items = items_of(readings, unit)
    if not items:
        raise InputError("There is no text to write; see --corpus and --writer.")
    if blank:
        items = [type(item)(item.id, item.text, item.origin) for item in items]
    for path in write_items(out, format_of(form), items, book, offsets):
        typer.echo(f"{form}: {path}")
    typer.echo(f"items: {len(items)}")


def labelling(
    tool: Annotated[str, typer.Argument(metavar="TOOL", help=f"One of: {', '.join(TOOLS)}.")],
    codebook: CodebookOption = None,
    unit: UnitOption = "sentence",
) -> None:
    """Print the labelling configuration of a tool, made from the codebook."""
    typer.echo(labelling_config(tool, load_codebook(codebook), unit), nl=False)


def _splitter() -> Callable[[str], Spans]:
    """Split texts as tagging does; the pipeline is loaded when a text first needs it."""
    loaded: list[Pipeline] = []

    def split(text: str) -> Spans:
        if not loaded:
            # Where sentences end does not depend on word vectors; the pipeline only wants some.
            loaded.append(load_pipeline(vectors=StaticVectors.quantise(("de",), np.ones((1, 1), dtype=np.float32))))
        (sentences,) = loaded[0].read([text])
        return [(sentence.start, sentence.end) for sentence in sentences]

    return split


def _tell_left_out(done: Imported) -> None:
    for left_out in done.left_out[:MAX_SHOWN]:
        typer.echo(f"{left_out.place}: {left_out.reason}", err=True)
    if len(done.left_out) > MAX_SHOWN:
        typer.echo(f"(and {len(done.left_out) - MAX_SHOWN} more)", err=True)


def _named(sources: list[Source]) -> str:
    return ", ".join(source.name for source in sources[:3]) + (" ..." if len(sources) > 3 else "")
