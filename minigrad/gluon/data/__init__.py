"""Datasets, samplers and the loader of batches."""

from typing import TYPE_CHECKING, Any

from minigrad.gluon.data.batchify import default_batchify_fn
from minigrad.gluon.data.dataloader import DataLoader
from minigrad.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset
from minigrad.gluon.data.sampler import BatchSampler, FilterSampler, RandomSampler, Sampler, SequentialSampler

if TYPE_CHECKING:
    from minigrad.gluon.data import vision

__all__ = [
    "ArrayDataset", "BatchSampler", "DataLoader", "Dataset", "FilterSampler", "RandomSampler", "Sampler",
    "SequentialSampler", "SimpleDataset", "default_batchify_fn", "vision",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """`gluon.data.vision` is imported when it is first used: archives and transforms take their time."""
    if name == "vision":
        import importlib

        return importlib.import_module("minigrad.gluon.data.vision")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
