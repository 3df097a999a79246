"""No checkpoint is taken for this model's that is not."""
from typing import List

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmaction_sampler.checkpoint_match import refuse_unmatched, unmatched_keys
from mmaction_sampler.models.wrapper import unwrapped


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
        model = unwrapped(runner.model)
        self._missing = unmatched_keys(model, checkpoint, runner._load_from)
        if runner._resume:
            checkpoint.get('meta', {}).pop('config', None)
            refuse_unmatched(self._missing, runner._load_from)

    def before_train(self, runner: Runner) -> None:
        """Training makes up for what the checkpoint lacks."""
        self._missing = []

    def before_test(self, runner: Runner) -> None:
        """Refuse to test with parameters that the checkpoint lacks."""
        refuse_unmatched(self._missing, runner._load_from)

    def before_val(self, runner: Runner) -> None:
        """Refuse to validate a checkpoint that lacks parameters."""
        refuse_unmatched(self._missing, runner._load_from)
