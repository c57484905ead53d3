"""The sentence encoder of the accurate profile: a small transformer, run by ONNX Runtime.

It reads a sentence as subwords in their context and scores each of them for every label and stance; a sentence's score
is the mean over its subwords, so that what each word adds can be read off. The weights lie beside the graph, rounded to
a few bits, and are unpacked when it is loaded: small on disk, and with 32-bit arithmetic the same on every processor.

Usage::

    encoder = SentenceEncoder.from_files(files)
    for reading in encoder.read(["Ik mag mijn eigen week indelen."]):
        print(reading.scores.mean(axis=0))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime import OrtValue
from tokenizers import Tokenizer

from models.errors import ArtefactError

GRAPH = "encoder.onnx"
TOKENIZER = "tokenizer.json"
WEIGHTS = "encoder.npz"
HELD_OUT = "held_out.npz"
"""What the encoder said of writers that it had not seen: for training, which mixes by it; serving never opens it."""
ENCODER_FILES = (GRAPH, TOKENIZER, WEIGHTS, HELD_OUT)
# Sentences of like length are read together, this many subwords at a time: enough to fill the matrix products.
BATCH_TOKENS = 1024
PAD = 1
BLOCK = 32
# Name of the subwords' table among the weights; the others have the names of the graph's initializers.
EMBEDDINGS = "embeddings"

Floats = NDArray[np.float32]

# Again, for a program that had loaded the runtime before this package could say so in the environment.
onnxruntime.disable_telemetry_events()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoder says of one sentence."""

    scores: Floats
    """Shape (n_subwords, n_outputs): labels first, then the stances of each label."""
    spans: tuple[tuple[int, int], ...]
    """Characters of the sentence that each subword covers; (0, 0) for the marks of beginning and end."""


@dataclass(frozen=True, slots=True)
class PackedTable:
    """A table of numbers, each block of 32 along a row rounded to steps of a scale of its own."""

    steps: NDArray[np.uint8]
    """Shape (n_rows, n_columns)."""
    scales: NDArray[np.float16]
    """Shape (n_rows, n_columns / 32)."""
    middle: int
    """The step that stands for zero."""

    def rows(self, index: NDArray[np.int64] | slice = slice(None)) -> Floats:
        """Unpack some rows, shape (n_index, n_columns)."""
        steps, scales = self.steps[index], self.scales[index]
        blocks = steps.reshape(*scales.shape, BLOCK).astype(np.float32) - np.float32(self.middle)
        blocks *= scales[..., None]
        return blocks.reshape(steps.shape)


@dataclass(frozen=True, slots=True)
class SentenceEncoder:
    """A loaded encoder; safe to use from several threads."""

    tokenizer: Tokenizer
    embeddings: PackedTable
    session: onnxruntime.InferenceSession

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], threads: int = 0) -> Self:
        """Open an encoder from verified bytes.

        Parameters
        ----------
        files : mapping of str to bytes
            The content of the graph, the tokenizer and the weights, by file name.
        threads : int
            Threads that share one sentence batch; 0 takes all cores.

        Raises
        ------
        ArtefactError
            When the bytes hold no encoder.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Idle threads must not spin: the machine's other work would pay for it.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            tables = unpack(files[WEIGHTS])
            embeddings = tables.pop(EMBEDDINGS)
            # The graph multiplies from the right: a table's rows are its columns.
            values = [np.ascontiguousarray(table.rows().T) for table in tables.values()]
            options.add_external_initializers(list(tables), [OrtValue.ortvalue_from_numpy(value) for value in values])
            session = onnxruntime.InferenceSession(files[GRAPH], options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_buffer(files[TOKENIZER])
        except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors have no base of their own
            raise ArtefactError(f"The artefact holds no sentence encoder ({type(error).__name__}).") from None
        return cls(tokenizer, embeddings, session)

    def read(self, sentences: Sequence[str]) -> list[Reading]:
        """Read sentences; same length and order. One that comes several times is read once."""
        texts = list(dict.fromkeys(sentences))
        encodings = self.tokenizer.encode_batch(texts)
        order = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))
        readings: dict[str, Reading] = {}
        while order:
            longest = len(encodings[order[-1]].ids)
            size = max(1, BATCH_TOKENS // longest)
            batch, order = order[-size:], order[:-size]
            ids = np.full((len(batch), longest), PAD)
            for k, i in enumerate(batch):
                ids[k, : len(encodings[i].ids)] = encodings[i].ids
            scores = self._run(ids)
            for k, i in enumerate(batch):
                readings[texts[i]] = Reading(scores[k, : len(encodings[i].ids)], tuple(encodings[i].offsets))
        return [readings[sentence] for sentence in sentences]

    def _run(self, ids: NDArray[np.int64]) -> Floats:
        pieces, places = np.unique(ids, return_inverse=True)
        embeddings = self.embeddings.rows(pieces)[places].reshape(*ids.shape, -1)
        mask = np.where(ids == PAD, np.float32(-1e9), np.float32(0))[:, None, None, :]
        (scores,) = self.session.run(None, {"embeddings": embeddings, "mask": mask})
        return np.asarray(scores)


def pack(tables: Mapping[str, PackedTable]) -> bytes:
    """Write tables as a compressed .npz file."""
    buffer = BytesIO()
    arrays: dict[str, Any] = {}
    for name, table in tables.items():
        arrays |= {f"{name}.steps": table.steps, f"{name}.scales": table.scales, f"{name}.middle": table.middle}
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, PackedTable]:
    """Read the tables that `pack` wrote."""
    with np.load(BytesIO(content), allow_pickle=False) as file:
        names = [name.removesuffix(".steps") for name in file.files if name.endswith(".steps")]
        return {
            name: PackedTable(file[f"{name}.steps"], file[f"{name}.scales"], int(file[f"{name}.middle"]))
            for name in names
        }
