"""A warning when a policy stops exploring too soon."""
from collections import deque
from typing import Deque, Dict, Optional, Set

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmaction_sampler.models.wrapper import unwrapped


@HOOKS.register_module()
class PolicyCollapseHook(Hook):
    """Warn when a policy's entropy is near zero early in its stage.

    A policy that puts all probability on one choice learns no more: every
    draw is the same, so that no reward tells one choice from another. The
    warning comes once a stage for each log key that is or ends with
    ``entropy``, unless that was never above 0 (a density's can be). What has
    been seen of a stage travels in the checkpoint: in a run that is resumed
    after the collapse every entropy is near zero.

    Args:
        min_share (float): Near zero is below this share of the stage's
            largest entropy so far, in (0, 1). Defaults to 0.05.
        before (float): Early is before this share of the stage's
            iterations, in (0, 1]. Defaults to 0.5.
        window (int): Iterations whose mean is looked at, at least 1.
            Defaults to 20.

    Raises:
        ValueError: If a number is out of range.
    """

    def __init__(self,
                 min_share: float = 0.05,
                 before: float = 0.5,
                 window: int = 20) -> None:
        if not 0 < min_share < 1:
            raise ValueError(
                f'min_share must be in (0, 1), but got {min_share}')
        if not 0 < before <= 1:
            raise ValueError(f'before must be in (0, 1], but got {before}')
        if window < 1:
            raise ValueError(f'window must be at least 1, but got {window}')
        self.min_share = min_share
        self.before = before
        self.window = window
        self._stage: Optional[str] = None
        self._recent: Dict[str, Deque[float]] = {}
        self._largest: Dict[str, float] = {}
        self._warned: Set[str] = set()

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Optional[dict] = None,
                         outputs: Optional[dict] = None) -> None:
        """Look at the entropies of an iteration."""
        model = unwrapped(runner.model)
        stage = getattr(model, 'stage', None)
        if stage != self._stage:
            self._stage = stage
            self._recent, self._largest, self._warned = {}, {}, set()
        if getattr(model, 'stage_progress', 1.) >= self.before:
            return
        for key, value in (outputs or {}).items():
            is_entropy = key.rsplit('.', 1)[-1] == 'entropy'
            if is_entropy and key not in self._warned:
                self._look(runner, key, float(value))

    def before_save_checkpoint(self, runner: Runner,
                               checkpoint: dict) -> None:
        """Put what has been seen of the stage into the checkpoint."""
        checkpoint['policy_collapse'] = dict(
            stage=self._stage, largest=self._largest,
            warned=sorted(self._warned))

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Go on from there when resuming."""
        seen = checkpoint.get('policy_collapse')
        if runner._resume and seen is not None:
            self._stage = seen['stage']
            self._largest = dict(seen['largest'])
            self._warned = set(seen['warned'])

    def _look(self, runner: Runner, key: str, entropy: float) -> None:
        recent = self._recent.setdefault(key, deque(maxlen=self.window))
        recent.append(entropy)
        largest = max(self._largest.get(key, 0.), entropy)
        self._largest[key] = largest
        mean = sum(recent) / len(recent)
        # That of a density can be negative; a share says nothing then.
        if len(recent) == self.window and 0 < largest and (
                mean < self.min_share * largest):
            self._warned.add(key)
            runner.logger.warning(
                f'policy collapse: {key} is {mean:.2g} nats, mean of the '
                f'last {self.window} iterations, {mean / largest:.1%} of its '
                f'largest value, early in stage {self._stage!r}; the policy '
                f'explores no more: raise entropy_coef or '
                f'lower its learning rate')
