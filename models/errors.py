"""Everything that can go wrong in Weerklank, as one small tree.

Catch `WeerklankError` to catch all of it. A message says what is wrong, where, and what to do;
it never quotes the text that was being analysed.

::

    WeerklankError
    ├── CodebookError        the codebook file does not describe a codebook
    ├── PipelineError        the language pipeline is not installed or is another one
    ├── ArtefactError        the model folder cannot be used
    │   ├── ArtefactMissing       a file that the manifest names is not there
    │   ├── ArtefactTampered      size, hash, path or link are not what the manifest says
    │   └── ArtefactIncompatible  made with other library versions or another pipeline
    ├── CorpusError          annotated sentences break the corpus rules
    ├── GateRefused          a candidate model may not replace the one that stands
    └── InputError           a file or option given by the user cannot be used
"""


class WeerklankError(Exception):
    """Base of all errors that this project raises on purpose."""


class CodebookError(WeerklankError):
    """The codebook file does not describe a codebook."""


class PipelineError(WeerklankError):
    """The language pipeline is not installed, or is not the one that is needed."""


class ArtefactError(WeerklankError):
    """The model folder cannot be used."""


class ArtefactMissing(ArtefactError):
    """The folder, its manifest or a file named by the manifest is not there."""


class ArtefactTampered(ArtefactError):
    """A file differs from what the manifest says, or lies outside the folder."""


class ArtefactIncompatible(ArtefactError):
    """The artefact was made with library versions or a pipeline that do not fit."""


class CorpusError(WeerklankError):
    """Annotated sentences break the rules of the corpus."""


class GateRefused(WeerklankError):
    """The gate does not let a candidate model replace the one that stands."""


class InputError(WeerklankError):
    """A file or option given by the user cannot be used."""
