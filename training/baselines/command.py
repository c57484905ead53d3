"""The command ``weerklank-train baselines``."""

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from models.errors import InputError
from models.manifest import DEFAULT_OPERATING_POINT
from models.tagger import SHIPPED_ARTEFACT, load_tagger, make_tagger
from training.baselines.run import difference, held_out_rows, judge_baselines, nothing
from training.baselines.systems import BASELINES, Part, Task
from training.baselines.table import Row, markdown
from training.config import load_config
from training.corpus import CORPUS_FOLDER, examples_of, read_corpus, split_by_writer
from training.evaluation.metrics import evaluate
from training.evaluation.predictions import Predictions, predict
from training.lexicon import LEXICON_FOLDER, has_lexicon, read_lexicon
from training.sample import sample_texts

PAGE = Path(__file__).parents[1] / "baselines.md"
NOTHING, KEYWORDS, TAGGER = "nothing", "keywords", "tagger"


def baselines(
    out: Annotated[Path, typer.Option("-o", "--out", help="Page to write (.md).")] = PAGE,
    model: Annotated[Path, typer.Option(help="Folder of the artefact that they are compared with.")] = SHIPPED_ARTEFACT,
    config: Annotated[Path | None, typer.Option("--config", help="Training configuration (TOML).")] = None,
    corpus: Annotated[Path, typer.Option("--corpus", help="Folder with one .jsonl file per writer.")] = CORPUS_FOLDER,
    lexicon: Annotated[Path, typer.Option(help="Folder with one .tsv file per label.")] = LEXICON_FOLDER,
    only: Annotated[list[str] | None, typer.Option(help="Judge this system beside the tagger.")] = None,
    sentences: Annotated[int | None, typer.Option(min=1, help="Learn from about so many, for a quick run.")] = None,
) -> None:
    """Judge simpler and well-known systems on the test writers, beside the tagger."""
    names = [NOTHING, KEYWORDS, *(baseline.name for baseline in BASELINES)]
    for name in only or []:
        if name not in names:
            raise InputError(f"There is no baseline {name!r}; choose from: {', '.join(names)}.")
    chosen = only or names
    settings, tagger = load_config(config), load_tagger(model)
    book = tagger.codebook
    train_texts, test_texts = split_by_writer(read_corpus(corpus, book), settings.corpus.test_writers)
    if not test_texts:
        raise InputError("The configuration names no test writer to judge on; see [corpus] test_writers.")
    learned_from = examples_of(sample_texts(train_texts, sentences, settings.validation.seed), book)
    examples = examples_of(test_texts, book)
    _note(f"reading {len(learned_from.texts) + len(examples.texts)} sentences")
    train = Part(list(tagger.pipeline.read_units(learned_from.texts)), learned_from)
    test = Part(list(tagger.pipeline.read_units(examples.texts)), examples)

    found: dict[str, tuple[str, Predictions, bool]] = {}
    for profile in tagger.artefact.manifest.profiles:
        predictions = predict(make_tagger(tagger.artefact, tagger.pipeline, profile), test.sentences)
        found[f"{TAGGER}, {profile}"] = (f"Weerklank's {profile} profile", predictions, True)
    yardstick = f"{TAGGER}, {tagger.profile}"
    notes = []
    if NOTHING in chosen:
        found[NOTHING] = ("the majority answer for every label: no tag", nothing(examples), False)
    if KEYWORDS in chosen:
        if has_lexicon(lexicon, book):
            present, stances = read_lexicon(lexicon, book, tagger.pipeline).predict(test.sentences)
            found[KEYWORDS] = (
                "the lexicon in training/lexicon",
                Predictions(present.astype(float), present, stances),
                True,
            )
        else:
            notes.append(f"{KEYWORDS}: this codebook has no lexicon (one .tsv file per label; see --lexicon).")
    possible = []
    for baseline in BASELINES:
        if baseline.name in chosen and baseline.package and importlib.util.find_spec(baseline.package) is None:
            notes.append(f"{baseline.name}: the module {baseline.package} is not installed (`make install`).")
        elif baseline.name in chosen:
            possible.append(baseline)
    for baseline, predictions in judge_baselines(possible, train, test, Task(settings, book.label_ids, _note)):
        found[baseline.name] = (baseline.what, predictions, False)

    samples, seed = settings.evaluation.bootstrap_samples, settings.evaluation.seed
    rows = [
        Row(
            name,
            what,
            evaluate(predictions, examples, book.label_ids, samples, seed),
            None
            if name == yardstick
            else difference(predictions.present, found[yardstick][1].present, examples, samples, seed),
            has_stances,
        )
        for name, (what, predictions, has_stances) in found.items()
    ]
    held_out = held_out_rows(learned_from.writers, settings)
    page = markdown(
        rows,
        notes,
        n_train=len(learned_from.texts),
        n_writers=len(set(learned_from.writers)),
        n_test=len(examples.texts),
        n_test_writers=len(set(examples.writers)),
        n_held_out=int(held_out.sum()),
        held_out=", ".join(sorted({w for w, out in zip(learned_from.writers, held_out, strict=True) if out})),
        ceiling=settings.operating_points[DEFAULT_OPERATING_POINT].max_false_alarm_rate,
        yardstick=f"the {tagger.profile} profile",
        samples=samples,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    for row in rows:
        _note(f"{row.name}: macro-F1 {row.metrics.macro_f1:.3f}")
    typer.echo(f"baselines: {out}")


def _note(line: str) -> None:
    typer.echo(line, err=True)
