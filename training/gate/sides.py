"""The two sides of a comparison, and whether they can be compared at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import ArtefactError, ArtefactMissing, GateRefused
from models.manifest import Manifest
from models.tagger import Tagger, load_tagger
from training.corpus import AnnotatedText

NOTHING = "There is nothing to compare"


@dataclass(frozen=True, slots=True)
class Sides:
    """A candidate and the artefact that stands."""

    candidate: Tagger
    standing: Tagger

    @property
    def label_ids(self) -> tuple[str, ...]:
        """The labels that are compared: all of the standing artefact, in its order."""
        return self.standing.codebook.label_ids


def load_sides(candidate: Path, standing: Path) -> Sides:
    """Load both.

    Raises
    ------
    ArtefactError
        When the candidate cannot be used.
    GateRefused
        When no artefact stands, it cannot be read, or it is the candidate itself.
    """
    if candidate.resolve() == standing.resolve():
        raise GateRefused(
            f"{NOTHING}: the candidate is the standing artefact itself. Train one with `-o build/candidate`."
        )
    ours = load_tagger(candidate)
    try:
        return Sides(ours, load_tagger(standing))
    except ArtefactMissing:
        raise GateRefused(
            f"{NOTHING}: no artefact stands in {standing}. If the candidate is to be the first one there, say --first."
        ) from None
    except ArtefactError as error:
        raise GateRefused(
            f"{NOTHING}: the artefact that stands cannot be read ({error}) To start anew, move {standing} away "
            "and say --first."
        ) from None


def check_comparable(candidate: Manifest, standing: Manifest, test: Sequence[AnnotatedText]) -> None:
    """Refuse to compare what cannot be compared.

    Raises
    ------
    GateRefused
        When there is no test text, one of the two learned from its writers, or the candidate lacks a label, a stance
        or a profile that the standing artefact has. The message says what to do.
    """
    if not test:
        raise GateRefused(
            f"{NOTHING}: no test writers are held out. Name some under [corpus] test_writers in the configuration, "
            "train the candidate anew, and both are judged on their texts."
        )
    _check_codebook(candidate, standing)
    if not any(tag.label in standing.labels for text in test for sentence in text.sentences for tag in sentence.tags):
        raise GateRefused(f"{NOTHING}: no sentence of the test writers carries a label of the standing artefact.")
    writers = {text.writer for text in test}
    for name, manifest in (("candidate", candidate), ("standing artefact", standing)):
        seen = sorted(writers & set(manifest.train_writers))
        if seen:
            raise GateRefused(
                f"The {name} learned from test writer {seen[0]}, so it would be judged on what it knows. "
                "Name test writers that neither has seen."
            )
    lacking = [profile for profile in standing.profiles if profile not in candidate.profiles]
    if lacking:
        raise GateRefused(
            f"The candidate has no {lacking[0]} profile, which the standing artefact has; those who ask for it would "
            "get an error. Train with an encoder for this codebook (`weerklank-train encoder`, then `fit --encoder`)."
        )


def _check_codebook(candidate: Manifest, standing: Manifest) -> None:
    shared = [label for label in standing.codebook.label_ids if label in candidate.labels]
    elsewhere = "Put a tagger of another codebook in a folder of its own: --standing models/mine --first."
    if not shared or set(candidate.stances) != set(standing.stances):
        raise GateRefused(
            f"{NOTHING}: the candidate's codebook ({candidate.codebook.name}) has other labels or stances than the "
            f"standing artefact's ({standing.codebook.name}). {elsewhere}"
        )
    gone = [label for label in standing.codebook.label_ids if label not in shared]
    if gone:
        raise GateRefused(
            f"The candidate does not know: {', '.join(gone)}. Those who read these labels would miss them; the "
            f"standing artefact stays. {elsewhere}"
        )
