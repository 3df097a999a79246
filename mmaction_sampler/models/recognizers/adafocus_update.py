"""One training iteration of AdaFocus, alone or distributed."""
from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Dict, Union

from mmengine.model import BaseModel, MMDistributedDataParallel
from mmengine.optim import OptimWrapper
# The runner looks for wrappers in MMEngine's own registry alone.
from mmengine.registry import MODEL_WRAPPERS
from torch import Tensor

from ..passes import compute_finite

if TYPE_CHECKING:
    from .adafocus import AdaFocus

Data = Union[dict, tuple, list]


def train_on_batch(model: Union[BaseModel, MMDistributedDataParallel],
                   recognizer: AdaFocus, data: Data,
                   optim_wrapper: OptimWrapper) -> Dict[str, Tensor]:
    """Compute losses and step on them; in the policy stage several times.

    There the policy acts once, and each of ``num_update_epochs`` updates
    runs the policy alone on what the glance has seen.

    Args:
        model (BaseModel): What runs forward: the recognizer or its wrapper.
        recognizer (AdaFocus): The recognizer itself.
        data (dict | tuple | list): What the data loader gave.
        optim_wrapper (OptimWrapper): Steps, and gives the precision.

    Returns:
        dict[str, Tensor]: Log values of the last update.

    Raises:
        ValueError: If several updates would be added up to one step.
    """
    num_updates = 1
    if recognizer.stage == 'policy':
        num_updates = recognizer.ppo.num_update_epochs
        _refuse_accumulation(num_updates, optim_wrapper)
    with optim_wrapper.optim_context(model):
        data = recognizer.data_preprocessor(data, training=True)
        if recognizer.stage == 'policy':
            data = dict(inputs=compute_finite(
                recognizer, partial(recognizer.act, **data), data['inputs'],
                data['data_samples'],
                lambda acted: (acted.rollouts, acted.log)))
    for _ in range(num_updates):
        with optim_wrapper.optim_context(model):
            losses = model._run_forward(data, mode='loss')
        loss, log_vars = recognizer.parse_losses(losses)
        optim_wrapper.update_params(loss)
    return log_vars


def _refuse_accumulation(num_updates: int,
                         optim_wrapper: OptimWrapper) -> None:
    # The policy would be the same in all updates; PPO would do nothing.
    counts = optim_wrapper._accumulative_counts
    if num_updates > 1 and counts > 1:
        raise ValueError(
            f'PPOLoss makes num_update_epochs={num_updates} updates of a '
            f'batch, but the optim_wrapper of the stage \'policy\' steps only '
            f'once in accumulative_counts={counts}; set one of them to 1')


@MODEL_WRAPPERS.register_module()
class PPODistributedDataParallel(MMDistributedDataParallel):
    """MMEngine's wrapper for several updates from one batch of actions.

    Only ``num_update_epochs`` above 1 needs it; set ``model_wrapper_cfg=
    dict(type='PPODistributedDataParallel', find_unused_parameters=True)``.
    """

    def train_step(self, data: Data,
                   optim_wrapper: OptimWrapper) -> Dict[str, Tensor]:
        """See :func:`train_on_batch`."""
        return train_on_batch(self, self.module, data, optim_wrapper)
