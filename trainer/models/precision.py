"""Whether this machine has a GPU that PyTorch uses, and whether bfloat16 is fast on it."""

from __future__ import annotations

import torch
from transformers.utils.import_utils import is_torch_mps_available


def has_accelerator() -> bool:
    """Whether PyTorch can use a GPU here: CUDA, or MPS on Apple's."""
    return torch.cuda.is_available() or is_torch_mps_available()


def bf16_is_fast() -> bool:
    """Whether bfloat16 trains faster than float32 here: on GPUs that have it, and on CPUs with AMX or AVX-512 BF16.

    Without those instructions a CPU emulates bfloat16, which is slower.
    """
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if is_torch_mps_available():
        return False
    return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())
