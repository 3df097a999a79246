"""What the tests of several processes share, and what those import."""
from pathlib import Path
from typing import Dict, Optional, Tuple

import torch
from mmaction.registry import HOOKS
from mmengine.config import Config
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm
from torch.overrides import TorchFunctionMode

#: Parameters by epoch and rank.
States = Dict[Tuple[int, int], Dict[str, Tensor]]
UNIFORM = {torch.rand, torch.rand_like}


class SharedDraws(TorchFunctionMode):
    """Random numbers that do not depend on how a batch is cut.

    Each call draws along its last axis alone and repeats that for all that
    comes before, such as the batch.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._generator = torch.Generator().manual_seed(seed)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func is torch.multinomial:
            shares = args[0].cumsum(-1) / args[0].sum(-1, keepdim=True)
            number = torch.rand((), generator=self._generator)
            return (shares < number).sum(-1, keepdim=True)
        if func is torch.bernoulli:
            return (self._along(args[0].shape) < args[0]).to(args[0])
        if func is torch.Tensor.exponential_:
            return args[0].copy_(-self._along(args[0].shape).log())
        out = func(*args, **kwargs)
        if func in UNIFORM:
            return self._along(out.shape).to(out)
        if func is torch.randn:
            return torch.erfinv(2 * self._along(out.shape) - 1).to(out)
        if func is torch.randperm:
            return out.sort().values
        if func is torch.nn.functional.dropout:
            return args[0]
        return out

    def _along(self, shape: torch.Size) -> Tensor:
        numbers = torch.rand(shape[-1], generator=self._generator)
        return numbers.expand(shape).clone()


@HOOKS.register_module()
class SharedDrawsHook(Hook):
    """Steps under :class:`SharedDraws`, with all batch norms frozen."""

    def __init__(self) -> None:
        self._draws: Optional[SharedDraws] = None

    def before_train_iter(self, runner: Runner, batch_idx: int,
                          data_batch: Optional[dict] = None) -> None:
        for module in runner.model.modules():
            if isinstance(module, _BatchNorm):
                module.eval()
        self._draws = SharedDraws(runner.iter)
        self._draws.__enter__()

    def after_train_iter(self, runner: Runner, batch_idx: int,
                         data_batch: Optional[dict] = None,
                         outputs: Optional[dict] = None) -> None:
        self._draws.__exit__(None, None, None)


@HOOKS.register_module()
class SaveRankHook(Hook):
    """Keep each rank's parameters of every epoch."""

    def after_train_epoch(self, runner: Runner) -> None:
        model = runner.model
        if is_model_wrapper(model):
            model = model.module
        torch.save(model.state_dict(),
                   _state_path(runner.work_dir, runner.epoch, get_rank()))


def _state_path(work_dir: str, epoch: int, rank: int) -> Path:
    return Path(work_dir, f'{epoch}_rank{rank}.pt')


def rank_states(cfg: Config, num_ranks: int = 2) -> States:
    """What :class:`SaveRankHook` has kept of a run."""
    return {(epoch, rank): torch.load(_state_path(cfg.work_dir, epoch, rank))
            for epoch in range(cfg.train_cfg.max_epochs)
            for rank in range(num_ranks)}
