"""A network in fp32 → the same in fewer bits.

One picture on one core (CPU time, AMD EPYC with VNNI, models/chart-vit), and the largest difference of a probability
from fp32's on 150 charts, none of which changed its class (fp32 as optimum exports it, the others fused too):

    fp32   14.9 ms  11.5 MB          int8 auto         6.5 ms  3.6 MB  0.026
    int4   13.6 ms   2.4 MB  0.052   int8 avx2        10.0 ms  3.6 MB  0.025
    fp16   12.8 ms   5.8 MB  0.002   int8 avx512_vnni  7.1 ms  3.6 MB  0.042

INT8 for every processor is the default: the fastest, right everywhere, and no less exact. INT4 is for downloads,
``BLOCK`` the size that makes this net's file smallest; ``benchmarks/bench_model.py`` measures again.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.onnx_model import OnnxModel

from trainer.config import Quantize, Target
from trainer.export.fuse import update

BLOCK = 64  # weights of INT4 that share a scale
# Type of the weights, and whether they leave one of their 8 bits unused.
INT8 = {
    "auto": (QuantType.QInt8, True),
    "avx2": (QuantType.QUInt8, False),
    "avx512_vnni": (QuantType.QInt8, False),
    "arm64": (QuantType.QInt8, False),
}


def quantize_network(network: ModelProto, kind: Quantize, target: Target, made: Path) -> Path:
    """Write ``network`` to ``made`` in ``kind``. ``target`` matters to INT8 only. ``network`` is used up."""
    if kind == "int8":
        return quantize_int8(network, target, made)
    onnx.save(_int4(network) if kind == "int4" else _fp16(network), made)
    return made


def quantize_int8(network: ModelProto, target: Target, made: Path) -> Path:
    """Weights of matrix products to INT8 channel by channel, activations at run time.

    The patch embedding (Conv) stays in fp32: it is 4 % of the work, and ConvInteger is slow or missing in some builds
    of onnxruntime. Target ``auto`` is right on every CPU: its weights take 7 of their 8 bits, because products of 8-bit
    activations and full 8-bit weights overflow their 16-bit sum on CPUs with AVX2 or AVX-512 but without VNNI. Full
    weights (``avx512_vnni``, ``arm64``) are for machines that add them up in 32 bits. Unsigned weights (``avx2``) are
    right everywhere too, but slower where there is VNNI.
    """
    weights, reduce_range = INT8[target]
    logging.getLogger().addFilter(_without_advice)
    try:
        quantize_dynamic(
            network,
            made,
            op_types_to_quantize=["MatMul", "Gemm", "Attention"],
            per_channel=True,
            reduce_range=reduce_range,
            weight_type=weights,
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    finally:
        logging.getLogger().removeFilter(_without_advice)
    return made


def _without_advice(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()


def _int4(network: ModelProto) -> ModelProto:
    """Weights of matrix products to 4 bits, ``BLOCK`` of them to a scale; products in INT8 (accuracy level 4)."""
    model = OnnxModel(network)
    old = [node for node in model.get_nodes_by_op_type("MatMul") if model.get_initializer(node.input[1])]
    new = []
    for node in old:
        weights = numpy_helper.to_array(model.get_initializer(node.input[1]))
        packed, scales = pack_int4(weights)
        parts = {f"{node.name}/int4": packed, f"{node.name}/scales": scales}
        for name, part in parts.items():
            model.add_initializer(numpy_helper.from_array(part, name))
        sizes = {"K": weights.shape[0], "N": weights.shape[1], "bits": 4, "block_size": BLOCK, "accuracy_level": 4}
        new.append(
            helper.make_node(
                "MatMulNBits",
                [node.input[0], *parts],
                list(node.output),
                name=f"{node.name}/MatMulNBits",
                domain="com.microsoft",
                **sizes,
            )
        )
    update(model, new, old)
    quantized: ModelProto = model.model
    return quantized


def pack_int4(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights [k, n] → what MatMulNBits takes: uint8 [n, blocks, BLOCK / 2], two weights a byte, the first in the low
    half, and scales float32 [n * blocks]. A weight is (4 bits - 8) * scale; each block's largest becomes -8."""
    k, n = weights.shape
    blocks = -(-k // BLOCK)
    padded = np.pad(weights, ((0, blocks * BLOCK - k), (0, 0))).T.reshape(n, blocks, BLOCK)
    largest = np.take_along_axis(padded, np.abs(padded).argmax(axis=2, keepdims=True), axis=2)
    scales = np.where(largest == 0, 1, largest / -8).astype(np.float32)
    codes = np.clip(np.rint(padded / scales) + 8, 0, 15).astype(np.uint8)
    return codes[..., 0::2] | codes[..., 1::2] << 4, scales.ravel()


def _fp16(network: ModelProto) -> ModelProto:
    """Weights in half precision. Most CPUs compute in fp32 all the same: for GPUs, and for half the size."""
    halved: ModelProto = convert_float_to_float16(network, keep_io_types=True)
    return halved
