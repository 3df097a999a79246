"""Solving AdaFocus+'s threshold on a data split."""
import copy
from contextlib import contextmanager
from itertools import accumulate
from typing import Iterator, Optional

import torch
from mmaction.registry import HOOKS
from mmengine.dist import all_gather_object
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import BaseLoop, Runner

from mmaction_sampler.models.recognizers import AdaFocusPlus
from mmaction_sampler.models.wrapper import unwrapped
from .training_stage_hook import TrainingStageHook


@HOOKS.register_module()
class KeepThresholdHook(Hook):
    """Solve ``keep_threshold`` for the model's ``keep_ratio``.

    Runs the glance and the skip policy over a data split after epochs that
    trained the skip policy, before the checkpoint is written and before
    validation. In later stages neither changes, and the threshold stays.
    With ``EMAHook`` the averaged weights are those that it is solved for, as
    they are the ones that are validated and kept.

    Args:
        dataloader (dict, optional): Data loader config of the split; its
            pipeline should be the one for testing. Defaults to None, the
            config's ``threshold_dataloader`` (the training videos in the
            paper's data sets), or else its ``val_dataloader``.
        interval (int): Epochs of training from one solution to the next, at
            least 1; the last epoch of a stage has one in any case. Defaults
            to 1.
        before_test (bool): Whether to solve before testing, too: for another
            ``keep_ratio`` than the checkpoint's. Defaults to False.

    Raises:
        ValueError: If ``interval`` is below 1; when the run begins, if the
            model has no ``skip_policy``, or there is no data to solve on.
    """

    def __init__(self,
                 dataloader: Optional[dict] = None,
                 interval: int = 1,
                 before_test: bool = False) -> None:
        if interval < 1:
            raise ValueError(
                f'interval must be at least 1, but got {interval}')
        self.dataloader = dataloader
        self.interval = interval
        self.solves_before_test = before_test

    def before_run(self, runner: Runner) -> None:
        """Check that there is a threshold to solve, and data for it."""
        model = unwrapped(runner.model)
        if not isinstance(model, AdaFocusPlus):
            raise ValueError(
                f'KeepThresholdHook needs an AdaFocusPlus, but the model is '
                f'a {type(model).__name__}: remove the hook from '
                f'custom_hooks')
        is_needed = self.solves_before_test or isinstance(
            runner._train_loop, BaseLoop)
        if is_needed and not self._data(runner):
            raise ValueError(
                'KeepThresholdHook solves on the validation videos, but the '
                'config has no val_dataloader, or --no-validate has taken it '
                'away; give the hook a dataloader of its own')

    def after_train_epoch(self, runner: Runner) -> None:
        """Solve if the skip policy has just been trained."""
        model = unwrapped(runner.model)
        trained = 'skip_policy' in model.STAGES[model.stage]
        if trained and (self.every_n_epochs(runner, self.interval)
                        or _ends_stage(runner)):
            self._solve(runner)

    def before_test(self, runner: Runner) -> None:
        """Solve if ``before_test`` asks for it.

        Before any hook begins the epoch, where a rank without a video
        already waits for the others (``BrokenVideoHook``).
        """
        if self.solves_before_test:
            self._solve(runner)

    def _data(self, runner: Runner) -> Optional[dict]:
        return (self.dataloader or runner.cfg.get('threshold_dataloader')
                or runner.cfg.val_dataloader)

    def _solve(self, runner: Runner) -> None:
        """Gather the keep probabilities of all ranks and set the buffer."""
        model = unwrapped(runner.model)
        config = copy.deepcopy(self._data(runner))
        sampler = config.get('sampler') or {}
        if sampler.get('type') == 'DefaultSampler':
            # No video counts twice where ranks do not divide the videos.
            sampler.setdefault('round_up', False)
        loader = runner.build_dataloader(config)
        training = model.training
        none = torch.empty(0, model.num_candidates)
        with _averaged(runner) as average:
            model.eval()
            probs = torch.cat(
                [none, *(model.keep_probs(data).cpu() for data in loader)])
        model.train(training)
        probs = torch.cat(all_gather_object(probs))
        model.set_keep_threshold(probs)
        if average is not None:
            average.set_keep_threshold(probs)
        kept = (probs >= model.keep_threshold.cpu()).float().mean()
        runner.logger.info(
            f'keep_threshold {model.keep_threshold:.4f} keeps {kept:.3f} of '
            f'the frames of {len(probs)} videos (keep_ratio '
            f'{model.keep_ratio})')
        if kept > model.keep_ratio + 0.01:
            same = (probs == model.keep_threshold.cpu()).float().mean()
            runner.logger.warning(
                f'keep_ratio {model.keep_ratio} is not kept to: the skip '
                f'policy gives {same:.3f} of the frames the same probability '
                f'at the threshold, and these are all kept; train it until '
                f'it tells frames apart')


def _ends_stage(runner: Runner) -> bool:
    """Whether the skip policy stays as it is after this epoch."""
    ends = {runner.max_epochs}
    for hook in runner.hooks:
        if isinstance(hook, TrainingStageHook):
            ends.update(accumulate(stage['epochs'] for stage in hook.stages))
    return runner.epoch + 1 in ends


@contextmanager
def _averaged(runner: Runner) -> Iterator[Optional[AdaFocusPlus]]:
    """Within, the model has the averaged weights of ``EMAHook``, if any.

    Yields:
        AdaFocusPlus: The copy that keeps them, with a buffer of its own, or
        None.
    """
    hook = next((h for h in runner.hooks if isinstance(h, EMAHook)), None)
    if hook is None:
        yield None
        return
    hook._swap_ema_parameters()
    try:
        yield unwrapped(hook.ema_model.module)
    finally:
        hook._swap_ema_parameters()
