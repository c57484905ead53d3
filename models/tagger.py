"""The tagger: texts in, one `Tagging` per text out, same length and order.

Usage::

    tagger = load_tagger()
    taggings = tagger.tag(["Ik mag mijn eigen week indelen."])
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models import language
from models.artefact import Artefact, read_artefact
from models.balance import weigh
from models.clean import encodable
from models.codebook import Codebook
from models.encoder import SentenceEncoder
from models.errors import ArtefactTampered, InputError
from models.manifest import DEFAULT_OPERATING_POINT, OperatingPoint, Profile
from models.pipeline import Pipeline, Sentence, load_pipeline
from models.scorer import Scorer
from models.tagging import Reason, Span, Tag, TaggedSentence, Tagging, TextLanguage, summarise

logger = logging.getLogger(__name__)

SHIPPED_ARTEFACT = Path(__file__).with_name("weerklank-nl")
# Texts read at a time: enough to make the matrix products worth while, few enough to keep memory flat.
BATCH_CHARACTERS = 200_000
# Room for other processors' rounding; a swapped or damaged artefact differs by far more.
SELF_TEST_TOLERANCE = 1e-3
# A text of which fewer words are known than this is another language or no language. Dutch with many typing errors
# keeps its function words: of the corpus, fewer than 1 sentence in 1,000 lies below.
MIN_KNOWN_SHARE = 0.25
# One or two unknown words may be a new compound ("hokjesdenken"): there a sure language detector suffices.
FEW_WORDS = 2
SURE_LANGUAGE = 0.8


@dataclass(frozen=True, slots=True)
class Tagger:
    """A verified artefact with its language pipeline; safe to use from several threads."""

    artefact: Artefact
    pipeline: Pipeline
    scorer: Scorer
    profile: Profile = "fast"

    @property
    def codebook(self) -> Codebook:
        """The codebook that the artefact was trained with."""
        return self.artefact.manifest.codebook

    def tag(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None] | None = None,
        operating_point: OperatingPoint = DEFAULT_OPERATING_POINT,
    ) -> list[Tagging]:
        """Tag texts sentence by sentence.

        Parameters
        ----------
        texts : sequence of str
            Any Unicode; an unreadable text is answered with a status and never raises.
        languages : sequence of str or None, optional
            Per text the language that the caller states (ISO 639-1), which skips detection; None detects.
        operating_point : {"balanced", "precise", "sensitive"}
            Which thresholds decide: the best F1 at few false alarms, hardly any false alarm, or hardly anything missed.

        Returns
        -------
        list of Tagging
            Same length and order as `texts`.

        Raises
        ------
        InputError
            When there is no such operating point, or not one language per text.
        """
        stated = list(languages) if languages is not None else [None] * len(texts)
        if len(stated) != len(texts):
            raise InputError(f"There are {len(texts)} texts but {len(stated)} languages; give one per text.")
        self.thresholds(operating_point)  # an unknown one is the caller's error and fails no text
        taggings: list[Tagging] = []
        readable = [encodable(text) for text in texts]
        for batch in _batches(readable):
            try:
                part = [readable[i] for i in batch]
                taggings.extend(self._tag_batch(part, [stated[i] for i in batch], operating_point))
            except Exception as error:  # noqa: BLE001 - one bad text must not fail the others: try them one by one
                logger.error("tagging a batch failed: %s", type(error).__name__)
                taggings.extend(self._tag_alone(readable[i], stated[i], operating_point) for i in batch)
        return taggings

    def probabilities(self, sentences: Sequence[Sentence]) -> np.ndarray:
        """Give the calibrated probability of every label, shape (n_sentences, n_labels)."""
        return self.scorer.score(sentences).probabilities

    def thresholds(self, operating_point: OperatingPoint = DEFAULT_OPERATING_POINT) -> np.ndarray:
        """Give the threshold of every label, shape (n_labels,).

        Raises
        ------
        InputError
            When there is no such operating point.
        """
        points = self.artefact.manifest.profiles[self.profile].thresholds
        if operating_point not in points:
            raise InputError(f"There is no operating point {operating_point!r}; choose from {', '.join(points)}.")
        return np.array([points[operating_point][label] for label in self.codebook.label_ids])

    def unread(self) -> Tagging:
        """Give the answer for a row in which there was no text to read."""
        return self._nothing("failed", "internal_error", TextLanguage("und", 0.0))

    def self_test(self) -> None:
        """Compare the manifest's self-test sentences with what this process computes.

        Raises
        ------
        ArtefactTampered
            When a probability differs by more than `SELF_TEST_TOLERANCE`.
        """
        labels = self.codebook.label_ids
        for test in self.artefact.manifest.self_test:
            (sentences,) = self.pipeline.read([test.text])
            found = dict(zip(labels, self.probabilities(sentences).max(axis=0), strict=True))
            for label, expected in test.probabilities[self.profile].items():
                if abs(found[label] - expected) > SELF_TEST_TOLERANCE:
                    raise ArtefactTampered(
                        f"The artefact's self-test failed: label {label!r} got {found[label]:.4f}, expected "
                        f"{expected:.4f}. Reinstall the locked libraries (`make install`) or train again."
                    )

    def _tag_alone(self, text: str, stated: str | None, operating_point: OperatingPoint) -> Tagging:
        try:
            return self._tag_batch([text], [stated], operating_point)[0]
        except Exception as error:  # noqa: BLE001 - reported in the answer; the text itself is never logged
            logger.error("tagging a text failed: %s", type(error).__name__)
            return self.unread()

    def _tag_batch(
        self, texts: Sequence[str], stated: Sequence[str | None], operating_point: OperatingPoint
    ) -> list[Tagging]:
        found = [_language(text, code) for text, code in zip(texts, stated, strict=True)]
        split = list(self.pipeline.read(texts))
        reasons = [
            _abstain_reason(text, self.codebook.language, tongue, sentences)
            for text, tongue, sentences in zip(texts, found, split, strict=True)
        ]
        read = [s for sentences, reason in zip(split, reasons, strict=True) if reason is None for s in sentences]
        tagged = iter(self._tag_sentences(read, operating_point))
        return [
            self._nothing("abstained", reason, tongue)
            if reason is not None
            else self._sum_up(tongue, tuple(next(tagged) for _ in sentences))
            for sentences, reason, tongue in zip(split, reasons, found, strict=True)
        ]

    def _tag_sentences(
        self, sentences: Sequence[Sentence], operating_point: OperatingPoint
    ) -> Iterator[TaggedSentence]:
        if not sentences:
            return
        codebook = self.codebook
        scores = self.scorer.score(sentences)
        probabilities, thresholds = scores.probabilities, self.thresholds(operating_point)
        rows, columns = np.nonzero(probabilities >= thresholds)
        parts = self.scorer.parts(scores, rows, columns)
        stances = self.scorer.stances(scores, rows, columns, parts)
        # np.nonzero gives the rows in ascending order, so that each sentence's pairs stand together.
        borders = np.searchsorted(rows, np.arange(len(sentences) + 1))
        for i, sentence in enumerate(sentences):
            tags = []
            for k in sorted(range(borders[i], borders[i + 1]), key=lambda k: -probabilities[i, columns[k]]):
                j = int(columns[k])
                spans = self.scorer.evidence(scores, i, j, parts[k])
                label, stance = codebook.labels[j], int(stances[k].argmax())
                tags.append(
                    Tag(
                        dimension=label.dimension,
                        label=label.id,
                        name=label.name,
                        stance=codebook.stance_ids[stance],
                        stance_probability=float(stances[k, stance]),
                        probability=float(probabilities[i, j]),
                        threshold=float(thresholds[j]),
                        evidence=tuple(Span(*span) for span in spans),
                    )
                )
            yield TaggedSentence(sentence.start, sentence.end, tuple(tags))

    def _sum_up(self, tongue: TextLanguage, sentences: tuple[TaggedSentence, ...]) -> Tagging:
        pairs = [[(tag.label, tag.stance) for tag in sentence.tags] for sentence in sentences]
        summary = summarise(sentences, self.codebook.stance_ids)
        return Tagging("ok", None, tongue, sentences, summary, weigh(pairs, self.codebook))

    def _nothing(self, status: str, reason: Reason, tongue: TextLanguage) -> Tagging:
        return Tagging(
            "failed" if status == "failed" else "abstained", reason, tongue, (), (), weigh([], self.codebook)
        )


def load_tagger(
    path: Path | None = None,
    pinned_digest: str | None = None,
    profile: Profile | None = None,
    threads: int = 0,
) -> Tagger:
    """Load a tagger from an artefact.

    Parameters
    ----------
    path : Path, optional
        The artefact's folder; without it the one that ships with the project.
    pinned_digest : str, optional
        When given, the artefact must have exactly this digest.
    profile : {"fast", "accurate"}, optional
        Without it, the most accurate that the artefact has.
    threads : int
        Threads of the sentence encoder; 0 takes all cores.

    Raises
    ------
    ArtefactError
        When the artefact is missing, was changed, or was made with other library versions.
    PipelineError
        When its language pipeline is not installed.
    InputError
        When the artefact has no such profile.
    """
    artefact = read_artefact(path or SHIPPED_ARTEFACT, pinned_digest)
    return make_tagger(artefact, pipeline_of(artefact), profile, threads)


def pipeline_of(artefact: Artefact) -> Pipeline:
    """Load the language pipeline that an artefact was trained with."""
    wanted = artefact.manifest.pipeline
    return load_pipeline(wanted.folder or wanted.name, artefact.vectors)


def make_tagger(artefact: Artefact, pipeline: Pipeline, profile: Profile | None = None, threads: int = 0) -> Tagger:
    """Make a tagger of an opened artefact and its language pipeline."""
    manifest = artefact.manifest
    profile = profile or manifest.default_profile
    if profile not in manifest.profiles:
        raise InputError(f"The artefact has no profile {profile!r}; choose from {', '.join(manifest.profiles)}.")
    files = artefact.encoder if profile == "accurate" else None
    scorer = Scorer(
        manifest.codebook.label_ids,
        pipeline,
        artefact.label_features,
        artefact.stance_features,
        artefact.label_classifier,
        artefact.stance_classifier,
        SentenceEncoder.from_files(files, threads) if files is not None else None,
        artefact.blend if files is not None else None,
    )
    return Tagger(artefact, pipeline, scorer, profile)


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Cut a list of texts into runs of about `BATCH_CHARACTERS` characters; yields indices."""
    batch: list[int] = []
    size = 0
    for i, text in enumerate(texts):
        if batch and size + len(text) > BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
        batch.append(i)
        size += len(text)
    if batch:
        yield batch


def _language(text: str, stated: str | None) -> TextLanguage:
    if stated is not None:
        return TextLanguage(stated, 1.0)
    found = language.detect(text)
    return TextLanguage(found.code, round(found.confidence, 4))


def _abstain_reason(text: str, wanted: str, tongue: TextLanguage, sentences: Sequence[Sentence]) -> Reason | None:
    if language.is_too_short(text):
        return "too_short"
    if tongue.code != wanted:
        return "not_dutch"
    words = sum(word.form.isalpha() for sentence in sentences for word in sentence.words)
    known = sum(sentence.known_words for sentence in sentences)
    if known >= max(1.0, MIN_KNOWN_SHARE * words) or (words <= FEW_WORDS and tongue.confidence >= SURE_LANGUAGE):
        return None
    return "no_known_words"
