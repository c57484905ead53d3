"""What a trained tagger is: codebook, language pipeline, features, classifiers, artefact.

Usage::

    from models import load_tagger

    tagger = load_tagger()
    taggings = tagger.tag(["Ik mag mijn eigen week indelen."])
"""

from models.codebook import Codebook, load_codebook
from models.errors import WeerklankError
from models.tagger import Tagger, load_tagger
from models.tagging import Tagging

__all__ = ["Codebook", "Tagger", "Tagging", "WeerklankError", "load_codebook", "load_tagger"]
