"""Write a fine-tuned encoder as the files that serving reads: an ONNX graph, its packed weights and a tokenizer.

Matrices are rounded in blocks of 32 numbers with one scale each. Layers that never learned came in 4 bits and lose
nothing; of those that did, 6 bits keep what 4 lose (mean average precision on held-out writers: 0.685 in 32 bits, 0.685
in 8, 0.683 in 6, 0.671 in 5, 0.540 in 4).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.encoder import BLOCK, EMBEDDINGS, GRAPH, TOKENIZER, WEIGHTS, PackedTable, pack
from training.encoder.base import Base, make_tokenizer
from training.encoder.network import Params

Floats = NDArray[np.float32]
OPSET = [helper.make_opsetid("", 20)]
# Scales tried per block, as shares of the one that just holds the largest number; smaller ones round the others finer.
SCALE_STEPS = np.linspace(0.7, 1.0, 16)


def export(params: Params, base: Base, max_tokens: int, bits: Sequence[int]) -> dict[str, bytes]:
    """Give the encoder's files by name.

    Parameters
    ----------
    params : dict
        Of a fine-tuned network.
    base : Base
        The pruned pretrained encoder: its embeddings and pieces are kept as they are.
    max_tokens : int
        Subwords read of one sentence; what follows is cut off.
    bits : sequence of int
        Per layer, 2 to 8.
    """
    graph = _Graph(base.n_heads, params["positions"][:max_tokens])
    content = graph.build(params, bits).SerializeToString()
    return {
        GRAPH: content,
        WEIGHTS: pack({EMBEDDINGS: quantise(base.embeddings, 4), **graph.tables}),
        TOKENIZER: make_tokenizer(base.pieces, max_tokens).to_str().encode(),
    }


def quantise(rows: Floats, bits: int) -> PackedTable:
    """Round numbers to steps of a scale per block of 32 along each row, 2 to 8 bits each."""
    middle = 2 ** (bits - 1)
    blocks = rows.reshape(len(rows), -1, BLOCK)
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2, keepdims=True), axis=2)
    best = np.zeros_like(blocks, dtype=np.uint8)
    scales = np.zeros(blocks.shape[:2], np.float32)
    errors = np.full(blocks.shape[:2], np.inf, np.float32)
    for share in SCALE_STEPS:
        # The largest number takes the lowest step, which reaches one further from the middle than the highest does.
        # Scales have 16 bits, as they came.
        scale = (extreme * share / -middle).astype(np.float16).astype(np.float32)
        steps = np.clip(np.rint(blocks / np.where(scale == 0, 1, scale)) + middle, 0, 2 * middle - 1)
        error = (((steps - middle) * scale - blocks) ** 2).sum(axis=2)
        better = error <= errors
        best = np.where(better[..., None], steps.astype(np.uint8), best)
        scales = np.where(better, scale[..., 0], scales)
        errors = np.where(better, error, errors)
    return PackedTable(best.reshape(rows.shape), scales.astype(np.float16), middle)


class _Graph:
    """Builds the network of `training.encoder.network.token_scores`, node by node."""

    def __init__(self, n_heads: int, positions: Floats) -> None:
        self.n_heads = n_heads
        self.positions = positions
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.tables: dict[str, PackedTable] = {}

    def build(self, params: Params, bits: Sequence[int]) -> onnx.ModelProto:
        n_hidden = self.positions.shape[1]
        length = self._node("Gather", [self._node("Shape", ["embeddings"]), self._constant(np.array([1]))])
        zero, one = self._constant(np.array([0])), self._constant(np.array([1]))
        positions = self._node("Slice", [self._constant(self.positions), zero, length, zero, one])
        x = self._norm(self._node("Add", ["embeddings", positions]), params["norm"])
        split = self._constant(np.array([0, 0, 3, self.n_heads, n_hidden // self.n_heads]))
        joined = self._constant(np.array([0, 0, n_hidden]))
        for layer, n_bits in zip(params["layers"], bits, strict=True):
            mixed = self._attend(self._linear(x, layer["qkv"], n_bits), split, joined, n_hidden)
            x = self._norm(self._node("Add", [x, self._linear(mixed, layer["output"], n_bits)]), layer["norm1"])
            inner = self._node("Gelu", [self._linear(x, layer["inner"], n_bits)], approximate="tanh")
            x = self._norm(self._node("Add", [x, self._linear(inner, layer["outer"], n_bits)]), layer["norm2"])
        scores = self._node("MatMul", [x, self._constant(params["head"]["w"])])
        self._node("Add", [scores, self._constant(params["head"]["b"])], output="scores")
        inputs = [
            helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["sentences", "tokens", n_hidden]),
            helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["sentences", 1, 1, "tokens"]),
        ]
        n_out = params["head"]["b"].shape[0]
        outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["sentences", "tokens", n_out])]
        graph = helper.make_graph(self.nodes, "encoder", inputs, outputs, self.constants)
        return helper.make_model(graph, opset_imports=OPSET, ir_version=10)

    def _attend(self, qkv: str, split: str, joined: str, n_hidden: int) -> str:
        parts = self._node("Transpose", [self._node("Reshape", [qkv, split])], perm=[2, 0, 3, 1, 4])
        query, key, value = (self._node("Gather", [parts, self._constant(np.array(i))], axis=0) for i in range(3))
        scale = self._constant(np.float32((n_hidden // self.n_heads) ** -0.5))
        products = self._node("MatMul", [query, self._node("Transpose", [key], perm=[0, 1, 3, 2])])
        weights = self._node("Softmax", [self._node("Add", [self._node("Mul", [products, scale]), "mask"])], axis=-1)
        mixed = self._node("Transpose", [self._node("MatMul", [weights, value])], perm=[0, 2, 1, 3])
        return self._node("Reshape", [mixed, joined])

    def _linear(self, x: str, layer: Params, bits: int) -> str:
        name = f"t{len(self.tables)}"
        self.tables[name] = quantise(np.ascontiguousarray(layer["w"].T), bits)
        place = onnx.TensorProto(name=name, data_type=TensorProto.FLOAT, dims=layer["w"].shape)
        # The values come from the packed weights when the graph is loaded; ONNX wants the name of some file.
        place.data_location = TensorProto.EXTERNAL
        place.external_data.add(key="location", value=WEIGHTS)
        self.constants.append(place)
        return self._node("Add", [self._node("MatMul", [x, name]), self._constant(layer["b"])])

    def _norm(self, x: str, layer: Params) -> str:
        weights = [self._constant(layer["w"]), self._constant(layer["b"])]
        return self._node("LayerNormalization", [x, *weights], epsilon=1e-12, axis=-1)

    def _constant(self, value: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(self, kind: str, inputs: Sequence[str], output: str | None = None, **attributes: Any) -> str:
        output = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output
