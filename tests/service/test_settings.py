"""service/settings.py: environment variables, of which none is silently ignored."""

import pytest
from pydantic import ValidationError

from models.errors import InputError
from models.tagger import SHIPPED_ARTEFACT
from service.settings import Settings, load_settings

DIGEST = "sha256:" + "0f" * 32


def test_without_variables_the_defaults_hold():
    settings = load_settings({"PATH": "/bin", "HOME": "/root"})
    assert settings == Settings()
    assert settings.model_dump() == {
        "model": SHIPPED_ARTEFACT,
        "model_digest": None,
        "profile": None,
        "threads": 0,
        "max_body_bytes": 2_000_000,
        "max_text_characters": 50_000,
        "max_batch_items": 500,
        "workers": 1,
        "max_waiting": 32,
        "keys": None,
        "keys_file": None,
        "rate_limit": "600/minute",
        "metrics_open": False,
        "max_connections": 800,
        "body_seconds": 30,
        "notice_seconds": 1,
        "drain_seconds": 30,
        "log_level": "info",
    }


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("MODEL_DIGEST", DIGEST, DIGEST),
        ("PROFILE", "fast", "fast"),
        ("PROFILE", "accurate", "accurate"),
        ("THREADS", "4", 4),
        ("MAX_BODY_BYTES", "1000", 1000),
        ("MAX_TEXT_CHARACTERS", "100", 100),
        ("MAX_BATCH_ITEMS", "1", 1),
        ("WORKERS", "4", 4),
        ("MAX_WAITING", "0", 0),
        ("RATE_LIMIT", "5/second", "5/second"),
        ("METRICS_OPEN", "true", True),
        ("MAX_CONNECTIONS", "5", 5),
        ("BODY_SECONDS", "0.5", 0.5),
        ("NOTICE_SECONDS", "0", 0),
        ("DRAIN_SECONDS", "5", 5),
        ("LOG_LEVEL", "warning", "warning"),
    ],
)
def test_a_variable_sets_the_setting_of_its_name(name, value, expected):
    assert getattr(load_settings({f"WEERKLANK_{name}": value}), name.lower()) == expected


def test_the_folder_of_the_artefact_can_be_set(tmp_path):
    assert load_settings({"WEERKLANK_MODEL": str(tmp_path)}).model == tmp_path


def test_the_variables_of_the_process_are_read(monkeypatch):
    monkeypatch.setenv("WEERKLANK_MAX_BATCH_ITEMS", "7")
    assert load_settings().max_batch_items == 7


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WEERKLANK_MODLE", "models/weerklank-nl"),
        ("WEERKLANK_", "1"),
        ("WEERKLANK_MODEL_DIGEST", "sha256:kort"),
        ("WEERKLANK_MODEL_DIGEST", DIGEST.upper()),
        ("WEERKLANK_MODEL_DIGEST", DIGEST + "0"),
        ("WEERKLANK_PROFILE", "slow"),
        ("WEERKLANK_PROFILE", "Fast"),
        ("WEERKLANK_PROFILE", ""),
        ("WEERKLANK_THREADS", "-1"),
        ("WEERKLANK_THREADS", "all"),
        ("WEERKLANK_MAX_BODY_BYTES", "999"),
        ("WEERKLANK_MAX_BODY_BYTES", "2 MB"),
        ("WEERKLANK_MAX_TEXT_CHARACTERS", "99"),
        ("WEERKLANK_MAX_TEXT_CHARACTERS", "veel"),
        ("WEERKLANK_MAX_BATCH_ITEMS", "0"),
        ("WEERKLANK_MAX_BATCH_ITEMS", "1.5"),
        ("WEERKLANK_WORKERS", "0"),
        ("WEERKLANK_MAX_WAITING", "-1"),
        ("WEERKLANK_KEYS", "geheim"),
        ("WEERKLANK_RATE_LIMIT", "veel"),
        ("WEERKLANK_BODY_SECONDS", "0"),
        ("WEERKLANK_NOTICE_SECONDS", "-1"),
        ("WEERKLANK_DRAIN_SECONDS", "lang"),
        ("WEERKLANK_LOG_LEVEL", "luid"),
        ("WEERKLANK_MAX_BATCH_ITEMS", ""),
    ],
)
def test_an_unknown_or_wrong_variable_is_refused_by_name(variable, value):
    with pytest.raises(InputError) as refused:
        load_settings({variable: value})
    assert f"{variable}:" in str(refused.value)


def test_all_wrong_variables_are_named_at_once():
    wrong = {"WEERKLANK_MODLE": "x", "WEERKLANK_MAX_BATCH_ITEMS": "x", "WEERKLANK_MAX_BODY_BYTES": "1"}
    with pytest.raises(InputError) as refused:
        load_settings({**wrong, "WEERKLANK_MAX_TEXT_CHARACTERS": "200"})
    named = {part.split(":")[0] for part in str(refused.value).removeprefix("Wrong settings: ").split("; ")}
    assert named == set(wrong)


@pytest.mark.parametrize("variable", ["WEERKLANK_MODLE", "WEERKLANK_KEYS", "WEERKLANK_RATE_LIMIT"])
def test_a_name_or_form_that_is_not_known_is_told_in_words(variable):
    with pytest.raises(InputError, match="weerklank settings") as refused:
        load_settings({variable: "zomaar iets"})
    assert not set("^$[]") & set(str(refused.value))


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(ValidationError):
        Settings().max_batch_items = 1
