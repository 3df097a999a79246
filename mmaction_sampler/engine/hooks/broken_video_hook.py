"""The tally of videos that could not be decoded."""
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Set, Tuple

from mmaction.registry import HOOKS
from mmengine.dataset import ClassBalancedDataset, RepeatDataset
from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch.utils.data import ConcatDataset, Dataset

from mmaction_sampler.datasets import SeededSamples, add_to_quarantine


@HOOKS.register_module()
class BrokenVideoHook(Hook):
    """Name every undecodable video once, and count them at the end.

    ``UntrimmedVideoDataset`` replaces such a video in training and marks it
    in testing; the record travels with the sample, out of the loader's
    workers. In testing the number also stands among the metrics, as
    ``broken_videos``. Each is written to ``quarantine.jsonl`` in the work
    directory as soon as it is met, with the reason; the option
    ``quarantine`` of the data set takes that list.

    Args:
        max_share (float): Training stops when more than this share of the
            data set's videos turned out broken, in (0, 1]; a video that
            the data set repeats is one. Each process counts those that it
            meets, and at the end of an epoch all processes' are counted
            together. Defaults to 0.5.

    Raises:
        ValueError: If the share is outside (0, 1].
        RuntimeError: If more than that share of the training videos is
            broken, or a validation or test gave no result: not one video
            was readable, or there was none.
    """

    # Before RuntimeInfoHook, which takes the metrics to the log.
    priority = 'HIGHEST'

    def __init__(self, max_share: float = 0.5) -> None:
        if not 0 < max_share <= 1:
            raise ValueError(
                f'max_share must be in (0, 1], but got {max_share}')
        self.max_share = max_share
        self._broken: Dict[str, Dict[str, str]] = {}
        self._named: Set[Tuple[str, str]] = set()
        self._num_readable = 0

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Optional[dict] = None,
                         outputs: Optional[dict] = None) -> None:
        """Collect the replaced videos of a batch."""
        self._collect(runner, 'train', data_batch)
        self._refuse_many(runner, self._broken['train'])

    def after_train_epoch(self, runner: Runner) -> None:
        """Count what the processes met, together."""
        self._refuse_many(runner, self._gather('train'))

    def before_val_epoch(self, runner: Runner) -> None:
        """Begin new counts of readable and of broken videos."""
        self._begin(runner, 'val', len(runner.val_dataloader))

    def before_test_epoch(self, runner: Runner) -> None:
        """Begin new counts of readable and of broken videos."""
        self._begin(runner, 'test', len(runner.test_dataloader))

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

    def _begin(self, runner: Runner, mode: str, num_batches: int) -> None:
        self._num_readable = 0
        # A file may have become readable since the last time.
        self._broken[mode] = {}
        if not num_batches:
            # Fewer videos than processes. The others ask this one, too,
            # after their last batch.
            self._refuse_none(runner, mode)

    def _collect(self, runner: Runner, mode: str,
                 data_batch: Optional[dict]) -> None:
        """Take the records out of a batch and name new videos at once."""
        found = self._broken.setdefault(mode, {})
        for sample in (data_batch or {}).get('data_samples', []):
            for filename, reason in sample.get('broken_videos', ()):
                found.setdefault(filename, reason)
                if (mode, filename) not in self._named:
                    self._named.add((mode, filename))
                    add_to_quarantine(
                        Path(runner.work_dir, 'quarantine.jsonl'), filename,
                        reason)
                    runner.logger.warning(
                        f'broken video: {filename}: {reason}')

    def _refuse_many(self, runner: Runner, found: Dict[str, str]) -> None:
        """Raise when training would go on with too few of the videos."""
        size = _num_videos(runner.train_dataloader.dataset)
        if len(found) > self.max_share * size:
            name, reason = next(iter(found.items()))
            raise RuntimeError(
                f'{len(found)} of {size} training videos are broken, more '
                f'than max_share={self.max_share:g} of BrokenVideoHook '
                f'allows; one is {name} ({reason}); all are named in '
                f'{Path(runner.work_dir, "quarantine.jsonl")}; mend them, '
                f'take them off the list, or raise max_share')

    def _gather(self, mode: str) -> Dict[str, str]:
        """What all processes met."""
        found: Dict[str, str] = {}
        for part in all_gather_object(self._broken.get(mode, {})):
            found.update(part)
        return found

    def _refuse_none(self, runner: Runner, mode: str) -> None:
        """Raise before metrics fail for want of any result."""
        if not any(all_gather_object(self._num_readable)):
            found = self._gather(mode)
            if not found:
                raise RuntimeError(
                    f'there is no result of any {mode} video, and none is '
                    f'broken; check dataset, drop_last and batch_size of '
                    f'{mode}_dataloader')
            name, reason = next(iter(found.items()))
            raise RuntimeError(
                f'none of the {mode} videos could be decoded, one is {name} '
                f'({reason}); check data_prefix of the dataset')

    def _report(self,
                runner: Runner,
                mode: str,
                consequence: str,
                metrics: Optional[Dict[str, float]] = None) -> None:
        """Log number and names over all ranks, and add the number."""
        found = self._gather(mode)
        if metrics is not None and found:
            metrics['broken_videos'] = len(found)
        if found:
            names: List[str] = sorted(found)
            runner.logger.warning(
                f'{len(found)} broken video(s) of {mode} {consequence}: '
                f'{", ".join(names)}')


def _num_videos(dataset: Dataset) -> int:
    """Videos of a data set, each once however often it is repeated."""
    if isinstance(dataset, ConcatDataset):
        return sum(map(_num_videos, dataset.datasets))
    if isinstance(dataset,
                  (SeededSamples, RepeatDataset, ClassBalancedDataset)):
        return _num_videos(dataset.dataset)
    return len(dataset)
