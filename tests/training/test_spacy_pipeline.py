"""The other language pipeline: spaCy components as in nl_core_news_md, built here, trained with and tagged with."""

import json
import shutil

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vectors import Vectors

from models import load_tagger
from models.errors import ArtefactIncompatible, PipelineError
from models.pipeline import EMBEDDED, load_pipeline
from training.train import train

NAME = "nl_klachten_sm"
# Words, lemmas and tags of a few sentences: enough for the components to be initialised and to learn something.
ANNOTATED = [
    ("Het pakket kwam te laat .", "het pakket komen te laat .", "LID N WW VZ ADJ LET"),
    ("De verkoper was onbeleefd .", "de verkoper zijn onbeleefd .", "LID N WW ADJ LET"),
    ("Ik wacht al weken .", "ik wachten al week .", "VNW WW BW N LET"),
    ("Wij wachten op de pakketten .", "wij wachten op de pakket .", "VNW WW VZ LID N LET"),
    ("Hij snauwde en kwam weer te laat .", "hij snauwen en komen weer te laat .", "VNW WW VG WW BW VZ ADJ LET"),
]


def build(vectors, version, folder):
    """Make a spaCy pipeline of the component types of nl_core_news_md and save it to a folder."""
    nlp = spacy.blank("nl")
    rows = [i for i, word in enumerate(vectors.words) if word.isalpha()]
    keys = [vectors.words[i] for i in rows]
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=vectors.matrix()[rows, :40], keys=keys, name=NAME)
    encoder = {"@architectures": "spacy.HashEmbedCNN.v2", "width": 16, "depth": 1, "embed_size": 200}
    encoder |= {"window_size": 1, "maxout_pieces": 2, "subword_features": True, "pretrained_vectors": None}
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 16}
    nlp.add_pipe("tok2vec", config={"model": encoder})
    for name, more in [("tagger", {}), ("trainable_lemmatizer", {"min_tree_freq": 1}), ("senter", {})]:
        model = {"@architectures": "spacy.Tagger.v2", "tok2vec": listener}
        nlp.add_pipe(name, config={"model": model} | more)
    examples = []
    for text, lemmas, tags in ANNOTATED:
        words = text.split()
        starts = [1] + [0] * (len(words) - 1)
        reference = {"words": words, "lemmas": lemmas.split(), "tags": tags.split(), "sent_starts": starts}
        examples.append(Example.from_dict(Doc(nlp.vocab, words=words), reference))
    spacy.util.fix_random_seed(0)
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    nlp.meta["name"], nlp.meta["version"] = NAME.removeprefix("nl_"), version
    nlp.to_disk(folder)


@pytest.fixture(scope="module")
def home(small_vectors, tmp_path_factory):
    """The folder in which the pipeline lies and from which it is named."""
    folder = tmp_path_factory.mktemp("spacy")
    build(small_vectors, "3.8.0", folder / NAME)
    return folder


@pytest.fixture(scope="module")
def fitted(home, complaints):
    """A tagger trained on the spaCy pipeline, its figures and its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        tagger, metrics = train(complaints.config, complaints.codebook, complaints.texts, None, NAME, home / "artefact")
    return tagger, metrics, home / "artefact"


def copied(folder, to, **pipeline):
    """Copy an artefact, with something changed in what its manifest says of the pipeline."""
    shutil.copytree(folder, to)
    manifest = json.loads((to / "manifest.json").read_text(encoding="utf-8"))
    manifest["pipeline"] |= pipeline
    (to / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return to


def test_the_pipeline_has_the_components_of_the_production_one(home):
    meta = json.loads((home / NAME / "meta.json").read_text(encoding="utf-8"))
    assert meta["pipeline"] == ["tok2vec", "tagger", "trainable_lemmatizer", "senter"]
    assert meta["vectors"]["vectors"] > 1000


def test_lemmas_and_vectors_come_from_the_components_of_the_pipeline(home):
    pipeline = load_pipeline(str(home / NAME))
    nlp = pipeline.nlp
    text = "Wij wachten op het pakket. Het kwam te laat!"
    first, second = next(pipeline.read([text]))
    lemmas = [token.lemma_.lower() for token in nlp(text)]
    assert [word.lemma for sentence in (first, second) for word in sentence.words] == lemmas
    assert "komen" in lemmas
    assert (second.start, second.end) == (27, 44)
    assert second.known_words == 4
    vectors = [nlp.vocab[word].vector for word in ("het", "kwam", "te", "laat")]
    np.testing.assert_allclose(second.vector, np.mean(vectors, axis=0), rtol=1e-5)


def test_training_and_tagging_run_on_the_pipeline(fitted, complaints):
    tagger, metrics, _ = fitted
    assert metrics.macro_f1 > 0.5
    assert (tagger.artefact.manifest.pipeline.name, tagger.artefact.manifest.pipeline.version) == (NAME, "3.8.0")
    tagger.self_test()
    late, plain = tagger.tag(["Het pakket kwam drie dagen te laat.", "De muur is van steen."], ["nl", "nl"])
    (tag,) = late.sentences[0].tags
    assert (tag.label, tag.stance) == ("delay", "reported")
    assert tag.evidence
    assert plain.sentences[0].tags == ()


def test_the_artefact_brings_no_vectors_of_its_own(fitted):
    tagger, _, folder = fitted
    assert tagger.artefact.vectors is None
    assert not (folder / "vectors.npz").exists()


def test_the_model_card_credits_no_vectors_that_were_not_used(fitted, trained):
    assert "Sentence Encoder" in trained.tagger.artefact.documents["MODEL_CARD.md"]
    assert "Sentence Encoder" not in fitted[0].artefact.documents["MODEL_CARD.md"]


def test_a_pipeline_named_by_its_full_path_can_be_trained_with_and_loaded_again(
    home, complaints, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    tagger, _ = train(
        complaints.config, complaints.codebook, complaints.texts, None, str(home / NAME), tmp_path / "artefact"
    )
    assert tagger.tag(["Het pakket kwam drie dagen te laat."], ["nl"])[0].sentences[0].tags


def test_the_artefact_refuses_to_load_where_its_pipeline_is_not_installed(fitted, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PipelineError, match=f"'{NAME}' is not installed"):
        load_tagger(fitted[2])


def test_the_artefact_loads_with_a_later_release_of_the_same_minor_version(fitted, home, tmp_path, monkeypatch):
    shutil.copytree(home / NAME, tmp_path / NAME)
    released(tmp_path / NAME, "3.8.4")
    monkeypatch.chdir(tmp_path)
    assert load_tagger(fitted[2]).pipeline.version == "3.8.4"


def test_the_artefact_refuses_another_minor_version_of_its_pipeline(fitted, home, tmp_path, monkeypatch):
    shutil.copytree(home / NAME, tmp_path / NAME)
    released(tmp_path / NAME, "3.7.0")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtefactIncompatible, match=rf"{NAME} 3\.8\.0, but .*3\.7\.0"):
        load_tagger(fitted[2])


def test_the_artefact_refuses_another_pipeline_under_the_same_name(fitted, home, tmp_path, monkeypatch):
    shutil.copytree(home / NAME, tmp_path / NAME)
    released(tmp_path / NAME, "3.8.0", name="iets_anders")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtefactIncompatible):
        load_tagger(fitted[2])


def test_the_artefact_refuses_the_embedded_pipeline(fitted, tmp_path):
    with pytest.raises((ArtefactIncompatible, PipelineError)):
        load_tagger(copied(fitted[2], tmp_path / "artefact", name=EMBEDDED))


def test_the_embedded_artefact_refuses_the_spacy_pipeline(trained, home, tmp_path, monkeypatch):
    monkeypatch.chdir(home)
    with pytest.raises(ArtefactIncompatible, match=NAME):
        load_tagger(copied(trained.folder, tmp_path / "artefact", name=NAME))


def released(folder, version, name=None):
    """Give a saved pipeline another version, and perhaps another name."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    meta |= {"version": version} | ({"name": name} if name else {})
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
