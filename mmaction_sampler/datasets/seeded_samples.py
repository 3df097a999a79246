"""Random augmentation that depends on the sample, not on who loads it."""
import random
from contextlib import contextmanager
from typing import Any, Iterator, List, Sequence

import numpy as np
import torch
from torch.utils.data import Dataset


@contextmanager
def seeded(seed: np.random.SeedSequence) -> Iterator[None]:
    """Draw random numbers from a seed, and leave the states as they were.

    Python's, NumPy's global and torch's CPU generator are seeded.

    Args:
        seed (np.random.SeedSequence): The seed.
    """
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    python, numpy, pytorch = map(int, seed.generate_state(3))
    random.seed(python)
    np.random.seed(numpy)
    # torch.manual_seed would seed the accelerators, too.
    torch.default_generator.manual_seed(pytorch)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


class SeededSamples(Dataset):
    """A data set whose samples are random by seed, epoch and index alone.

    So augmentation is the same with any number of workers and of ranks, in
    whichever order samples are loaded, and after a run was killed and
    resumed. Other attributes are those of the data set.

    Args:
        dataset (Dataset): With any random transforms.
        seed (int): Seed of the run, at least 0.
    """

    def __init__(self, dataset: Dataset, seed: int) -> None:
        self.dataset = dataset
        self.seed = seed
        # Shared, so that it reaches workers that are already running.
        self._epoch = torch.zeros(1, dtype=torch.int64).share_memory_()

    def set_epoch(self, epoch: int) -> None:
        """Begin an epoch, also in the workers of a data loader.

        Args:
            epoch (int): Its number, at least 0.
        """
        self._epoch.fill_(epoch)

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> Any:
        """A sample, drawn from its own seed."""
        key = (self.seed, int(self._epoch), int(index))
        with seeded(np.random.SeedSequence(key)):
            return self.dataset[index]

    def __getitems__(self, indices: Sequence[int]) -> List[Any]:
        """Samples of a batch; the data set's own method would not seed."""
        return [self[index] for index in indices]

    def __getattr__(self, name: str) -> Any:
        if name == 'dataset':  # not yet unpickled
            raise AttributeError(name)
        return getattr(self.dataset, name)
