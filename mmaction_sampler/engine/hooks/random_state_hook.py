"""Random-number states that survive validation and resuming."""
import random
from typing import Any, Dict, List, Optional

import numpy as np
import torch
from mmaction.registry import HOOKS
from mmengine.dist import all_gather_object, get_rank
from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.runner import EpochBasedTrainLoop, Runner

from mmaction_sampler.datasets import SeededSamples

State = Dict[str, Any]


@HOOKS.register_module()
class RandomStateHook(Hook):
    """Let every training epoch begin with the states the last one left.

    The states of Python, NumPy and torch (CPU, and CUDA where there is one)
    are taken at the end of each training epoch, travel in the checkpoint, of
    every rank its own, and are set again when the next epoch begins. So
    neither validation in between nor a killed and resumed run changes what
    training draws. Random transforms draw from the run's seed, the epoch and
    the sample's index (:class:`SeededSamples`), so that they do not depend
    on the number of workers and ranks either. In a loop that counts
    iterations instead of epochs they draw from the workers' own states, and
    a resumed run differs from an undisturbed one.
    """

    priority = 'VERY_HIGH'

    def __init__(self) -> None:
        self._states: Optional[List[State]] = None
        self._samples: Optional[SeededSamples] = None

    def before_train(self, runner: Runner) -> None:
        """Give the data loader and its samples random states of their own.

        How often the loader draws from the global state depends on when
        workers are started, which differs between an undisturbed and a
        resumed run.
        """
        loader = runner.train_dataloader
        seed = _common_seed(runner)
        if isinstance(runner.train_loop, EpochBasedTrainLoop):
            self._samples = SeededSamples(loader.dataset, seed)
            # DataLoader refuses another data set, because its sampler was
            # built for this one; the wrapper has the same samples.
            object.__setattr__(loader, 'dataset', self._samples)
        generator = torch.Generator()
        generator.manual_seed(seed + get_rank())
        loader.generator = generator

    def before_train_epoch(self, runner: Runner) -> None:
        """Tell the samples the epoch; set the states that the last left."""
        if self._samples is not None:
            self._samples.set_epoch(runner.epoch)
        if self._states is None:
            return
        if len(self._states) <= get_rank():
            MMLogger.get_current_instance().warning(
                f'the checkpoint has random-number states of '
                f'{len(self._states)} processes, not of rank {get_rank()}, '
                f'which goes on with fresh ones')
            return
        _restore(self._states[get_rank()])

    def after_train_epoch(self, runner: Runner) -> None:
        """Take the states of all ranks."""
        self._states = all_gather_object(_capture())

    def before_save_checkpoint(self, runner: Runner,
                               checkpoint: dict) -> None:
        """Put the states of all ranks into the checkpoint."""
        if self._states is not None:
            checkpoint['random_states'] = self._states

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take the states from the checkpoint when resuming."""
        if runner._resume:
            self._states = checkpoint.get('random_states')


def _common_seed(runner: Runner) -> int:
    """The run's seed, the same in all ranks."""
    # MMEngine adds the rank then.
    differs = runner._randomness_cfg.get('diff_rank_seed', False)
    return runner.seed - get_rank() if differs else runner.seed


def _capture() -> State:
    """The states, as tensors and plain containers only.

    Checkpoints are read with ``weights_only=True``, so NumPy's array of
    words travels as a tensor.
    """
    name, words, *rest = np.random.get_state()
    state: State = dict(
        python=random.getstate(),
        numpy=(name, torch.from_numpy(words.astype(np.int64)), *rest),
        torch=torch.get_rng_state())
    if torch.cuda.is_available():
        state['cuda'] = torch.cuda.get_rng_state()
    return state


def _restore(state: State) -> None:
    """Set the states that :func:`_capture` took."""
    version, words, gauss = state['python']
    random.setstate((version, tuple(words), gauss))
    name, keys, *rest = state['numpy']
    np.random.set_state((name, keys.cpu().numpy().astype(np.uint32), *rest))
    torch.set_rng_state(state['torch'].cpu())
    if 'cuda' in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state['cuda'].cpu())
