"""Augmentation that does not depend on workers, order or interruptions."""
import random

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, Subset

from mmaction_sampler.datasets import SeededSamples


class Draws(Dataset):
    """Every sample is three random numbers, of Python, NumPy and torch."""

    name = 'draws'

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> list:
        return [random.random(), np.random.rand(), torch.rand(()).item()]


def epochs(num_workers: int, seed: int = 1, first: int = 0,
           dataset: Dataset = Draws()) -> np.ndarray:
    """Three epochs of all samples, ``(3 - first, 6, 3)``."""
    samples = SeededSamples(dataset, seed)
    loader = DataLoader(
        samples, batch_size=2, num_workers=num_workers,
        persistent_workers=num_workers > 0, collate_fn=np.array)
    found = []
    for epoch in range(first, 3):
        samples.set_epoch(epoch)
        found.append(np.concatenate(list(loader)))
    return np.stack(found)


def test_workers_and_resuming_change_nothing() -> None:
    alone = epochs(0)
    assert (epochs(2) == alone).all()
    assert (epochs(2, first=1) == alone[1:]).all()
    # Yet epochs, samples, generators and seeds all differ.
    assert len(np.unique(alone)) == alone.size
    assert not np.isin(epochs(0, seed=2), alone).any()


def test_data_sets_that_load_whole_batches() -> None:
    subset = Subset(Draws(), range(6))
    assert hasattr(subset, '__getitems__')
    assert (epochs(0, dataset=subset) == epochs(0)).all()


def test_training_s_own_states_are_left_alone() -> None:
    samples = SeededSamples(Draws(), 0)
    for touch in (False, True):
        random.seed(5), np.random.seed(5), torch.manual_seed(5)
        if touch:
            samples[3]
        drawn = [random.random(), np.random.rand(), torch.rand(()).item()]
        if touch:
            assert drawn == untouched
        untouched = drawn


def test_it_stands_for_the_data_set() -> None:
    samples = SeededSamples(Draws(), 0)
    assert len(samples) == 6 and samples.name == 'draws'
    with pytest.raises(AttributeError, match='no_such'):
        samples.no_such
