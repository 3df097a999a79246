"""The count of videos that have no sound."""
from typing import Dict, Optional, Sequence, Set

from mmaction.registry import HOOKS
from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.runner import Runner


@HOOKS.register_module()
class SilentVideoHook(Hook):
    """Count the videos in whose place ``LoadLogMel`` took silence.

    It says so of every video in the sample's meta information,
    ``has_audio``. The number stands among the metrics of validation and
    test, as ``silent_videos``, and in the log when training ends.
    """

    # Before RuntimeInfoHook, which takes the metrics to the log.
    priority = 'HIGHEST'

    def __init__(self) -> None:
        self._silent: Dict[str, Set[str]] = dict(
            train=set(), val=set(), test=set())

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Optional[dict] = None,
                         outputs: Optional[dict] = None) -> None:
        """Look at a batch."""
        self._collect('train', data_batch)

    def after_val_iter(self,
                       runner: Runner,
                       batch_idx: int,
                       data_batch: Optional[dict] = None,
                       outputs: Optional[Sequence] = None) -> None:
        """Look at a batch."""
        self._collect('val', data_batch)

    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: Optional[dict] = None,
                        outputs: Optional[Sequence] = None) -> None:
        """Look at a batch."""
        self._collect('test', data_batch)

    def after_train(self, runner: Runner) -> None:
        """Report the number over the whole run."""
        silent = self._gather('train')
        if silent:
            runner.logger.info(
                f'{len(silent)} video(s) of train have no sound, one is '
                f'{min(silent)}; silence was taken in its place')

    def after_val_epoch(self,
                        runner: Runner,
                        metrics: Optional[Dict[str, float]] = None) -> None:
        """Add the number to the metrics."""
        self._add('val', metrics)

    def after_test_epoch(self,
                         runner: Runner,
                         metrics: Optional[Dict[str, float]] = None) -> None:
        """Add the number to the metrics."""
        self._add('test', metrics)

    def _collect(self, mode: str, data_batch: Optional[dict]) -> None:
        for sample in (data_batch or {}).get('data_samples') or ():
            if not sample.get('has_audio', True):
                self._silent[mode].add(str(sample.get('filename')))

    def _add(self, mode: str, metrics: Optional[Dict[str, float]]) -> None:
        silent = self._gather(mode)
        if silent and metrics is not None:
            metrics['silent_videos'] = len(silent)

    def _gather(self, mode: str) -> Set[str]:
        """What the processes met, each video once."""
        return set().union(*all_gather_object(self._silent[mode]))
