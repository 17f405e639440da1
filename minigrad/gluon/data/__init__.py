"""Datasets, samplers and the loader of batches."""

from minigrad.gluon.data import vision
from minigrad.gluon.data.batchify import default_batchify_fn
from minigrad.gluon.data.dataloader import DataLoader
from minigrad.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset
from minigrad.gluon.data.sampler import BatchSampler, FilterSampler, RandomSampler, Sampler, SequentialSampler
