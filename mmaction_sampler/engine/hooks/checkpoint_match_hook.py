"""No checkpoint is taken for this model's that is not."""
from typing import List, Optional

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner


@HOOKS.register_module()
class CheckpointMatchHook(Hook):
    """Compare a loaded checkpoint with the model, key by key.

    MMEngine loads what fits and only warns about the rest, so that a
    checkpoint of another model tests as random weights. Here a checkpoint
    of which nothing fits is an error; in testing and resuming, so is one
    that lacks any parameter. Fine-tuning may still leave parameters out,
    as a head for other classes.

    On resume the config text inside the checkpoint is dropped: MMEngine
    would execute it.
    """

    def __init__(self) -> None:
        self._missing: List[str] = []

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Compare before the weights are copied.

        Raises:
            ValueError: If no parameter fits, or if a run is resumed from a
                checkpoint that lacks some.
        """
        state = checkpoint.get('state_dict', checkpoint)
        state = {k[7:] if k.startswith('module.') else k: v
                 for k, v in state.items()}
        model = runner.model
        model = model.module if is_model_wrapper(model) else model
        wanted = model.state_dict()
        self._missing = [
            k for k, v in wanted.items()
            if k not in state or getattr(state[k], 'shape', None) != v.shape]
        if len(self._missing) == len(wanted):
            raise ValueError(
                f'{runner._load_from} is a checkpoint of another model: it '
                f'has none of the {len(wanted)} parameters of '
                f'{type(model).__name__} (its first key is '
                f'{next(iter(state), None)!r}); a checkpoint of one '
                f'component goes into model.component_checkpoints')
        if runner._resume:
            checkpoint.get('meta', {}).pop('config', None)
            self._refuse_missing(runner)

    def before_train(self, runner: Runner) -> None:
        """Training makes up for what the checkpoint lacks."""
        self._missing = []

    def before_test(self, runner: Runner) -> None:
        """Refuse to test with parameters that the checkpoint lacks."""
        self._refuse_missing(runner)

    def before_val(self, runner: Runner) -> None:
        """Refuse to validate a checkpoint that lacks parameters."""
        self._refuse_missing(runner)

    def _refuse_missing(self, runner: Runner) -> None:
        """Raise ValueError if the loaded checkpoint was incomplete."""
        if self._missing:
            path: Optional[str] = runner._load_from
            raise ValueError(
                f'checkpoint {path} does not fit the model: '
                f'{len(self._missing)} parameters are missing there or have '
                f'another shape, first {self._missing[0]!r}; use the config '
                f'that it was trained with')
