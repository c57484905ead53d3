"""service/survey/engine.py: parts in order, identical comments once, done parts taken over."""

from collections.abc import Sequence
from concurrent.futures import Future

import pyarrow as pa
import pytest

from service.survey.batch import answer, tag_batch
from service.survey.cache import Cache
from service.survey.engine import tag_parts
from service.survey.parts import FOLDER, Parts
from service.survey.progress import Progress

MADE_OF = {"file": "0" * 64}
ROWS = 7


class Here:
    """Reads comments in this process, and remembers which."""

    part_rows = ROWS
    task_texts = 3
    ahead = 2

    def __init__(self, tagger) -> None:
        self.tagger = tagger
        self.texts: list[str] = []

    def submit(self, texts: Sequence[str]) -> Future[list[bytes]]:
        self.texts.extend(texts)
        future: Future[list[bytes]] = Future()
        future.set_result(answer(self.tagger, texts, "balanced"))
        return future


@pytest.fixture(scope="module")
def batches(complaints) -> list[pa.RecordBatch]:
    sentences = [s.text for text in complaints.texts[:15] for s in text.sentences[:2]]
    texts = [*sentences, None, " ", *sentences[:12], "ok", sentences[0]]
    problems = [None] * len(texts)
    texts[9], problems[9] = None, "bad_json: line 10: no JSON"
    columns = [pa.array(range(1, len(texts) + 1), pa.int64()), pa.array(texts), pa.array(problems, pa.string())]
    whole = pa.RecordBatch.from_arrays(columns, names=["row", "opmerking", "problem"])
    return [whole.slice(first, ROWS) for first in range(0, len(texts), ROWS)]


def run(engine: Here, batches, out) -> list[pa.RecordBatch]:
    with Parts(out, MADE_OF) as parts, Progress(100) as progress, Cache(parts.folder) as cache:
        tag_parts(iter(batches), "opmerking", engine, parts, cache, progress)
        return [parts.read(number, batch.column("row")) for number, batch in enumerate(batches)]


def test_parts_hold_what_tagging_each_batch_gives(fast, batches, tmp_path):
    expected = [tag_batch(fast, batch, "opmerking", "balanced") for batch in batches]
    assert run(Here(fast), batches, tmp_path) == expected


def test_identical_comments_are_tagged_once_across_parts(fast, batches, tmp_path):
    engine = Here(fast)
    run(engine, batches, tmp_path)
    comments = {text for batch in batches for text in batch.column("opmerking").to_pylist() if text and text.strip()}
    assert sorted(engine.texts) == sorted(comments)


@pytest.mark.parametrize("lost", [set(), {0}, {2, 3}, {1, 2, 4}])
def test_only_what_is_not_done_is_tagged_again_and_the_result_is_the_same(lost, fast, batches, tmp_path):
    first = run(Here(fast), batches, tmp_path)
    for number, path in enumerate(sorted((tmp_path / FOLDER).glob("part-*"))):
        if number in lost:
            path.unlink()
    again = Here(fast)
    assert run(again, batches, tmp_path) == first
    expected = {t for n in lost for t in batches[n].column("opmerking").to_pylist() if t and t.strip()}
    assert set(again.texts) <= expected
    assert bool(again.texts) == bool(lost)
