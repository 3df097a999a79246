"""The tally of videos that could not be decoded."""
from typing import Dict, List, Optional, Sequence

from mmaction.registry import HOOKS
from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.runner import Runner


@HOOKS.register_module()
class BrokenVideoHook(Hook):
    """Name every undecodable video once, and count them at the end.

    ``UntrimmedVideoDataset`` replaces such a video in training and marks it
    in testing; the record travels with the sample, out of the loader's
    workers. In testing the number also stands among the metrics, as
    ``broken_videos``.

    Raises:
        RuntimeError: If not one video of a validation or test was readable.
    """

    # Before RuntimeInfoHook, which takes the metrics to the log.
    priority = 'HIGHEST'

    def __init__(self) -> None:
        self._broken: Dict[str, Dict[str, str]] = {}
        self._num_readable = 0

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Optional[dict] = None,
                         outputs: Optional[dict] = None) -> None:
        """Collect the replaced videos of a batch."""
        self._collect(runner, 'train', data_batch)

    def before_val_epoch(self, runner: Runner) -> None:
        """Begin a new count of readable videos."""
        self._num_readable = 0

    def before_test_epoch(self, runner: Runner) -> None:
        """Begin a new count of readable videos."""
        self._num_readable = 0

    def after_val_iter(self,
                       runner: Runner,
                       batch_idx: int,
                       data_batch: Optional[dict] = None,
                       outputs: Optional[Sequence] = None) -> None:
        """Collect the unreadable videos of a batch."""
        self._collect(runner, 'val', data_batch)
        self._num_readable += len(outputs or [])
        if batch_idx + 1 == len(runner.val_dataloader):
            self._refuse_none(runner, 'val')

    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: Optional[dict] = None,
                        outputs: Optional[Sequence] = None) -> None:
        """Collect the unreadable videos of a batch."""
        self._collect(runner, 'test', data_batch)
        self._num_readable += len(outputs or [])
        if batch_idx + 1 == len(runner.test_dataloader):
            self._refuse_none(runner, 'test')

    def after_train(self, runner: Runner) -> None:
        """Report the replaced videos of the whole run."""
        self._report(runner, 'train', 'were replaced by others')

    def after_val_epoch(self,
                        runner: Runner,
                        metrics: Optional[Dict[str, float]] = None) -> None:
        """Report the videos that no metric has scored."""
        self._report(runner, 'val', 'are in none of the metrics', metrics)

    def after_test_epoch(self,
                         runner: Runner,
                         metrics: Optional[Dict[str, float]] = None) -> None:
        """Report the videos that no metric has scored."""
        self._report(runner, 'test', 'are in none of the metrics', metrics)

    def _collect(self, runner: Runner, mode: str,
                 data_batch: Optional[dict]) -> None:
        """Take the records out of a batch and name new videos at once."""
        found = self._broken.setdefault(mode, {})
        for sample in (data_batch or {}).get('data_samples', []):
            for filename, reason in sample.get('broken_videos', ()):
                if filename not in found:
                    found[filename] = reason
                    runner.logger.warning(
                        f'broken video: {filename}: {reason}')

    def _refuse_none(self, runner: Runner, mode: str) -> None:
        """Raise before metrics fail for want of any result."""
        if not any(all_gather_object(self._num_readable)):
            name, reason = next(iter(self._broken[mode].items()))
            raise RuntimeError(
                f'none of the {mode} videos could be decoded, one is {name} '
                f'({reason}); check data_prefix of the dataset')

    def _report(self,
                runner: Runner,
                mode: str,
                consequence: str,
                metrics: Optional[Dict[str, float]] = None) -> None:
        """Log number and names over all ranks, and add the number."""
        found: Dict[str, str] = {}
        for part in all_gather_object(self._broken.get(mode, {})):
            found.update(part)
        if metrics is not None and found:
            metrics['broken_videos'] = len(found)
        if found:
            names: List[str] = sorted(found)
            runner.logger.warning(
                f'{len(found)} broken video(s) of {mode} {consequence}: '
                f'{", ".join(names)}')
