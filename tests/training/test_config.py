"""config.py: a training configuration is read strictly, and an error names the field."""

import re
from pathlib import Path

import pytest

from models.errors import InputError
from tests.complaints import CONFIG as COMPLAINTS
from training.config import DEFAULT_CONFIG, load_config
from training.corpus import CORPUS_FOLDER

VALID = COMPLAINTS.read_text(encoding="utf-8")

UNKNOWN_FIELDS = [
    ('version = "0.1.0"', 'version = "0.1.0"\nlearning_rate = 0.1', "learning_rate"),
    ("[corpus]", "[corpus]\nshuffle = true", "corpus.shuffle"),
    ("[features]", "[features]\nstem = true", "features.stem"),
    ("[labels]", "[labels]\npenalty = 'l1'", "labels.penalty"),
    ("[stances]", "[stances]\nword_view = 'lemmas'", "stances.word_view"),
    ("[validation]", "[validation]\nrepeats = 2", "validation.repeats"),
    ("[evaluation]", "[evaluation]\nlevel = 0.9", "evaluation.level"),
    ("[gate]", "[gate]\nskip = true", "gate.skip"),
    ("[vectors]", "[vectors]\nseed = 1", "vectors.seed"),
    ("[encoder]", "[encoder]\nheads = 2", "encoder.heads"),
    ("beta = 0.5", "beta = 0.5\nalpha = 0.5", "operating_points.precise.alpha"),
    ("folds = 3", "folds = 3\nmax_false_alarm_rate = 0.1", "validation.max_false_alarm_rate"),
    ("[vectors]", "[extra]\nx = 1\n\n[vectors]", "extra"),
]

OUT_OF_RANGE = [
    ('name = "klachten-nl"', 'name = "Klachten NL"', "name"),
    ('name = "klachten-nl"', 'name = ""', "name"),
    ('version = "0.1.0"', "version = 1", "version"),
    ('test_writers = ["c4"]', 'test_writers = "c4"', "corpus.test_writers"),
    ('word_view = "lemmas"', 'word_view = "stems"', "features.word_view"),
    ("character_ngrams = [2, 5]", "character_ngrams = [0, 5]", "features.character_ngrams"),
    ("character_ngrams = [2, 5]", "character_ngrams = [5]", "features.character_ngrams"),
    ("character_ngrams = [2, 5]", "character_ngrams = [5, 2]", "features.character_ngrams"),
    ("character_ngrams = [2, 4]", "character_ngrams = [4, 2]", "stances.character_ngrams"),
    ("min_word_count = 1", "min_word_count = 0", "features.min_word_count"),
    ("regularisation_c = 3.0", "regularisation_c = 0.0", "labels.regularisation_c"),
    ("regularisation_c = 2.0", "regularisation_c = -1.0", "stances.regularisation_c"),
    ("min_pair_count = 1", "min_pair_count = 0", "stances.min_pair_count"),
    ("pair_weight = 2.5", "pair_weight = 0.0", "stances.pair_weight"),
    ("score_scale = 0.6", "score_scale = -0.6", "stances.score_scale"),
    ("smoothing = 1.0", "smoothing = nan", "labels.smoothing"),
    ("vector_alpha = 1.0", "vector_alpha = 'none'", "labels.vector_alpha"),
    ("folds = 3", "folds = 1", "validation.folds"),
    ("folds = 3", "folds = 2.5", "validation.folds"),
    ("max_false_alarm_rate = 0.08", "max_false_alarm_rate = 1.2", "operating_points.balanced.max_false_alarm_rate"),
    ("max_false_alarm_rate = 0.03", "max_false_alarm_rate = -0.1", "operating_points.precise.max_false_alarm_rate"),
    ("beta = 2.0", "beta = 0.0", "operating_points.sensitive.beta"),
    ("[operating_points.precise]", "[operating_points.strict]", "operating_points.strict"),
    ("seed = 20", "seed = -1", "validation.seed"),
    ("seed = 7", "seed = -7", "evaluation.seed"),
    ("bootstrap_samples = 60", "bootstrap_samples = 5", "evaluation.bootstrap_samples"),
    ("max_macro_f1_loss = 0.01", "max_macro_f1_loss = -0.01", "gate.max_macro_f1_loss"),
    ("max_label_f1_loss = 0.10", "max_label_f1_loss = 10", "gate.max_label_f1_loss"),
    ("words = 60", "words = 0", "vectors.words"),
    ("dimensions = 8", "dimensions = 0", "vectors.dimensions"),
    ("frequency_weight = 1e-3", "frequency_weight = 0.0", "vectors.frequency_weight"),
    ("held_out_writers = []", 'held_out_writers = "c3"', "encoder.held_out_writers"),
    ("layers = 2", "layers = 0", "encoder.layers"),
    ("frozen_layers = 1", "frozen_layers = -1", "encoder.frozen_layers"),
    ("learned_bits = 6", "learned_bits = 9", "encoder.learned_bits"),
    ("learned_bits = 6", "learned_bits = 1", "encoder.learned_bits"),
    ("max_tokens = 64", "max_tokens = 65", "encoder.max_tokens"),
    ("batch_size = 32", "batch_size = 0", "encoder.batch_size"),
    ("epochs = 3", "epochs = 0", "encoder.epochs"),
    ("untagged_share = 0.6", "untagged_share = 1.6", "encoder.untagged_share"),
    ("layer_decay = 0.93", "layer_decay = 1.1", "encoder.layer_decay"),
    ("refit_rate = 5e-5", "refit_rate = 0.0", "encoder.refit_rate"),
    ("refit_others = 0.5", "refit_others = -0.5", "encoder.refit_others"),
]

MISSING = [
    ("folds = 3", "validation.folds"),
    ('test_writers = ["c4"]', "corpus.test_writers"),
    ("smoothing = 1.0", "labels.smoothing"),
    ("score_scale = 0.6", "stances.score_scale"),
    ("dimensions = 8", "vectors.dimensions"),
    ("beta = 0.5", "operating_points.precise.beta"),
    ("layers = 2", "encoder.layers"),
]


def changed(old: str, new: str, folder: Path) -> Path:
    assert VALID.count(old) >= 1
    path = folder / "mine.toml"
    path.write_text(VALID.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_shipped_configuration_is_read_when_none_is_named():
    assert load_config() == load_config(DEFAULT_CONFIG)


def test_each_test_writer_of_the_shipped_configuration_has_a_file_in_the_shipped_corpus():
    writers = {file.stem for file in CORPUS_FOLDER.glob("*.jsonl")}
    assert set(load_config().corpus.test_writers) < writers


def test_each_value_of_a_file_is_read(tmp_path):
    config = load_config(changed("folds = 3", "folds = 7", tmp_path))
    assert (config.name, config.corpus.test_writers, config.validation.folds) == ("klachten-nl", ("c4",), 7)
    assert config.features.character_ngrams == (2, 5)


@pytest.mark.parametrize(("old", "new", "field"), UNKNOWN_FIELDS)
def test_an_unknown_field_is_refused_by_name(old, new, field, tmp_path):
    with pytest.raises(InputError, match=rf"\b{re.escape(field)}: ") as error:
        load_config(changed(old, new, tmp_path))
    assert "mine.toml" in str(error.value)


@pytest.mark.parametrize(("old", "new", "field"), OUT_OF_RANGE)
def test_a_value_out_of_range_is_refused_by_the_name_of_its_field(old, new, field, tmp_path):
    with pytest.raises(InputError, match=rf"\b{re.escape(field)}\b") as error:
        load_config(changed(old, new, tmp_path))
    assert "mine.toml" in str(error.value)


@pytest.mark.parametrize(("line", "field"), MISSING)
def test_a_missing_field_is_refused_by_name(line, field, tmp_path):
    with pytest.raises(InputError, match=rf"\b{re.escape(field)}: "):
        load_config(changed(line, "", tmp_path))


@pytest.mark.parametrize("point", ["balanced", "precise", "sensitive"])
def test_each_operating_point_must_be_there(point, tmp_path):
    section = re.search(rf"\[operating_points\.{point}\]\n.*\n.*\n", VALID)[0]
    with pytest.raises(InputError, match=f"operating_points lacks {point}"):
        load_config(changed(section, "", tmp_path))


def test_layers_that_never_learned_keep_their_4_bits(tmp_path):
    config = load_config(changed("learned_bits = 6", "learned_bits = 8", tmp_path))
    assert config.encoder.bits == [4, 8]


def test_each_writer_that_the_encoder_learns_from_is_one_that_training_reads():
    config = load_config()
    apart = config.encoder.held_out_writers
    assert len(set(apart)) == len(apart)
    assert not set(apart) & set(config.corpus.test_writers)
    assert set(apart) < {file.stem for file in CORPUS_FOLDER.glob("*.jsonl")}


def test_all_wrong_fields_are_named_at_once(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(VALID.replace("folds = 3", "folds = 0").replace("words = 60", "words = 0"), encoding="utf-8")
    with pytest.raises(InputError, match=r"validation\.folds.*vectors\.words"):
        load_config(path)


def test_a_configuration_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"no configuration at .*nowhere\.toml"):
        load_config(tmp_path / "nowhere.toml")


def test_a_folder_in_place_of_a_configuration_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=tmp_path.name):
        load_config(tmp_path)


@pytest.mark.parametrize("content", [b"folds == 3", b"[corpus", 'name = "caf\u00e9"'.encode("latin-1")])
def test_a_file_that_is_no_toml_is_an_input_error(content, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"mine\.toml is no valid TOML"):
        load_config(path)
