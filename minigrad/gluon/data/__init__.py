"""Datasets, samplers and the DataLoader."""

import importlib
import sys
from typing import TYPE_CHECKING, Any

from minigrad.absent import absent
from minigrad.gluon.data.batchify import default_batchify_fn
from minigrad.gluon.data.dataloader import DataLoader
from minigrad.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset
from minigrad.gluon.data.sampler import (
    BatchSampler,
    FilterSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SplitSampler,
)

if TYPE_CHECKING:
    from minigrad.gluon.data import vision

__all__ = [
    "ArrayDataset", "BatchSampler", "DataLoader", "Dataset", "FilterSampler", "RandomSampler", "Sampler",
    "SequentialSampler", "SimpleDataset", "SplitSampler", "default_batchify_fn", "vision",
]  # fmt: skip


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """`gluon.data.vision` is imported on first use, because archives and transforms are slow to import."""
        if name == "vision":
            return importlib.import_module("minigrad.gluon.data.vision")
        return absent(sys.modules[__name__], name)
