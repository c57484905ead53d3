"""What a trained tagger is: codebook, language pipeline, features, classifiers, artefact.

Usage::

    from models import load_tagger

    tagger = load_tagger()
    taggings = tagger.tag(["Ik mag mijn eigen week indelen."])
"""

import os

# The ONNX runtime reports on its use to its maker unless one of these is set before it is loaded (which of the two
# depends on its version). Here nothing is reported to anybody.
for _switch in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
    os.environ[_switch] = "1"

from models.codebook import Codebook, load_codebook  # noqa: E402
from models.errors import WeerklankError  # noqa: E402
from models.tagger import Tagger, load_tagger  # noqa: E402
from models.tagging import Tagging  # noqa: E402

__all__ = ["Codebook", "Tagger", "Tagging", "WeerklankError", "load_codebook", "load_tagger"]
