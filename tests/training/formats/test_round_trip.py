"""Every format: what is exported comes back the same, whatever characters texts, ids and names are made of."""

import json
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InputError
from tests.training.formats.corpora import BOOK, bring, by_id, corpora, files_of, read, readings
from training.corpus import read_corpus
from training.formats.catalogue import FORMATS
from training.formats.folder import write_folder
from training.formats.record import LeftOut, Reply

WITH_SPANS = ["doccano", "label-studio", "label-studio-min", "prodigy", "argilla"]
quickly = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize("form", FORMATS)
@quickly
@given(texts=corpora())
def test_a_corpus_comes_back_the_same_from_every_format(form, texts):
    done = bring(form, *files_of(form, {"corpus": texts}))
    assert done.left_out == []
    assert by_id(done.corpus) == by_id(texts)
    assert done.disputed == []


@pytest.mark.parametrize("form", WITH_SPANS)
@quickly
@given(texts=corpora())
def test_a_corpus_comes_back_the_same_as_whole_texts_with_spans(form, texts):
    done = bring(form, *files_of(form, {"corpus": texts}, "text"))
    assert done.left_out == []
    assert by_id(done.corpus) == by_id(texts)


@pytest.mark.parametrize("form", FORMATS)
@quickly
@given(by=readings())
def test_each_annotators_reading_comes_back_under_the_annotators_name(form, by):
    done = bring(form, *files_of(form, by))
    assert done.left_out == []
    assert {who: by_id(texts) for who, texts in done.annotations.items()} == {who: by_id(t) for who, t in by.items()}


@pytest.mark.parametrize("form", ["doccano", "label-studio", "argilla", "prodigy"])
@pytest.mark.parametrize("offsets", ["codepoint", "utf16"])
@settings(max_examples=15, deadline=None)
@given(texts=corpora())
def test_spans_may_be_counted_either_way_if_both_sides_say_so(form, offsets, texts):
    done = bring(form, *files_of(form, {"corpus": texts}, "text", offsets), offsets=offsets)
    assert by_id(done.corpus) == by_id(texts)


@quickly
@given(by=readings())
def test_a_folder_that_was_written_reads_as_a_corpus_again(by, tmp_path_factory):
    done = bring("label-studio", *files_of("label-studio", by))
    folder = tmp_path_factory.mktemp("import") / "mine"
    write_folder(folder, done)
    assert by_id(read_corpus(folder, BOOK)) == by_id(done.corpus)
    own = {unquote(path.name): by_id(read_corpus(path, BOOK)) for path in (folder / "annotations").iterdir()}
    assert own == {who: by_id(texts) for who, texts in by.items()}


KEYS = (
    "id text data label labels entities fields metadata responses suggestions annotations result value choices start "
    "end from_name completed_by answer accept spans options meta user_id values status "
    "predictions stance delay writer kind"
).split()
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.sampled_from(["delay", "resolved"])
)
anything = st.recursive(
    scalars,
    lambda x: st.one_of(st.lists(x, max_size=3), st.dictionaries(st.sampled_from(KEYS), x, max_size=5)),
    max_leaves=12,
)


@pytest.mark.parametrize("form", ["doccano", "label-studio", "prodigy", "argilla"])
@settings(max_examples=50, deadline=None)
@given(
    records=st.lists(st.dictionaries(st.sampled_from(KEYS), anything, max_size=8) | anything, min_size=1, max_size=4)
)
def test_whatever_json_holds_it_is_read_or_refused_in_words(form, records):
    refused: str | None = None
    found: list[Reply | LeftOut] = []
    try:
        found = read(form, ("x.json", json.dumps(records)))
    except InputError as error:
        refused = str(error)
    assert refused != ""
    assert all(isinstance(x, Reply) or (isinstance(x, LeftOut) and x.reason) for x in found)
