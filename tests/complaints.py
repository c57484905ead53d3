"""Customer complaints: an invented codebook with a small corpus, a domain of which the code cannot know a thing."""

from pathlib import Path
from typing import NamedTuple

from models import Codebook, load_codebook
from training.config import Config, load_config
from training.corpus import AnnotatedText, read_corpus

DATA = Path(__file__).with_name("data")
CORPUS, CODEBOOK, CONFIG = DATA / "complaints", DATA / "complaints.toml", DATA / "complaints_config.toml"


class Complaints(NamedTuple):
    """What a tagger of complaints is made from; c1 to c3 are trained on, c4 is held out."""

    codebook: Codebook
    config: Config
    texts: list[AnnotatedText]


def read_complaints() -> Complaints:
    codebook = load_codebook(CODEBOOK)
    return Complaints(codebook, load_config(CONFIG), read_corpus(CORPUS, codebook))
