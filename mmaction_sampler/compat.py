"""Mends for known breakages of the packages below us.

MMAction2 1.2, MMEngine 0.10 and torchvision each break in a way that their
owners have not released a repair for. Each mend is one function that looks
whether it is needed, leaves a sound installation alone, and returns a
:class:`Mend`, which ``python -m mmaction_sampler.env`` prints. :func:`apply`
has to run before ``mmaction.models`` is imported, and after
:func:`mmaction_sampler.stack.check`: the mends rely on the packages it asks
for.
"""
import functools
import importlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, List

from .stack import installed

# Libraries of torch operators live as long as this list.
_TORCH_LIBRARIES: List[Any] = []


@dataclass(frozen=True)
class Mend:
    """What one mend found and did.

    Attributes:
        name: Short name of the mend.
        needed: Whether this installation has the breakage.
        applied: Whether the mend was applied.
        reason: One sentence that says why, or why not.
        thread: Address of the upstream discussion.
    """
    name: str
    needed: bool
    applied: bool
    reason: str
    thread: str


MENDS: List[Mend] = []


def apply() -> List[Mend]:
    """Apply every mend once per process and return the records."""
    if not MENDS:
        MENDS.extend(
            [mend_drn(), mend_torchvision_nms(),
             mend_checkpoint_loading(), mend_bf16_losses()])
    return MENDS


class DRN:
    """Stand-in for the localizer that MMAction2 1.2.0's wheel lacks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise ImportError(
            'DRN is missing from the wheel of mmaction2 1.2.0; install '
            'mmaction2 from its source repository to use it.')


def mend_drn() -> Mend:
    """Stand in for ``mmaction.models.localizers.drn`` where it is missing.

    The wheel of MMAction2 1.2.0 was built without that folder, yet
    ``mmaction.models`` imports it. A source checkout has it.
    """
    name = 'mmaction drn'
    thread = 'https://github.com/open-mmlab/mmaction2/issues/2714'
    root = Path(importlib.util.find_spec('mmaction').origin).parent
    folder = root / 'models' / 'localizers' / 'drn'
    if folder.is_dir():
        return Mend(name, False, False, f'{folder} is there', thread)
    package = ModuleType('mmaction.models.localizers.drn')
    package.__path__ = []
    module = ModuleType(f'{package.__name__}.drn')
    module.DRN = DRN
    sys.modules[package.__name__] = package
    sys.modules[module.__name__] = module
    return Mend(name, True, True, f'{folder} is missing: stub put in place',
                thread)


def mend_torchvision_nms() -> Mend:
    """Declare the operators without which torchvision refuses to import.

    torchvision's wheel from the package registry cannot load its compiled
    library beside a CPU-only torch, and then stops while describing
    ``torchvision::nms``. The declared operators have no kernel: calling one
    still fails, everything else of torchvision works.
    """
    name = 'torchvision nms'
    thread = 'https://github.com/pytorch/vision/issues/9085'
    if not installed('torchvision'):
        return Mend(name, False, False, 'torchvision is not installed', thread)
    try:
        importlib.import_module('torchvision')
    except RuntimeError as error:
        if 'torchvision::' not in str(error):
            raise
        reason = str(error)
    except ImportError as error:
        # Nothing of the core needs torchvision, so that this is no reason to
        # stop; whatever does import it meets the same error.
        return Mend(name, True, False, f'torchvision is broken: {error}',
                    thread)
    else:
        return Mend(name, False, False, 'torchvision imports', thread)
    _declare_torchvision_ops()
    # Modules that were half imported would hide the operators.
    for module in [m for m in sys.modules if m.split('.')[0] == 'torchvision']:
        del sys.modules[module]
    importlib.import_module('torchvision')
    return Mend(name, True, True, f'{reason}: operators declared', thread)


def _declare_torchvision_ops() -> None:
    import torch
    library = torch.library.Library('torchvision', 'DEF')
    for op in ('nms', 'qnms'):
        library.define(
            f'{op}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
    _TORCH_LIBRARIES.append(library)


def mend_checkpoint_loading() -> Mend:
    """Let ``torch.load(weights_only=True)`` read MMEngine's checkpoints.

    Since torch 2.6 ``torch.load`` refuses every class that is not listed,
    and MMEngine's checkpoints hold its message hub. The classes that such a
    checkpoint needs are listed, and MMEngine's loaders are replaced by ours,
    which never unpickle anything else.
    """
    name = 'checkpoint loading'
    thread = 'https://github.com/open-mmlab/mmengine/issues/1655'
    from . import safe_checkpoint
    safe_checkpoint.register()
    return Mend(
        name, True, True,
        'MMEngine checkpoints hold classes that torch>=2.6 refuses: listed, '
        'and only those are unpickled', thread)


def mend_bf16_losses() -> Mend:
    """Let MMAction2's heads compute losses of bfloat16 scores.

    ``BaseHead.loss_by_feat`` turns scores into NumPy's for the accuracy that
    it logs, and NumPy has no bfloat16, which autocast gives on CPUs. The
    loss is computed in float32 under autocast in any case.
    """
    import torch
    from mmaction.models.heads.base import BaseHead
    original = BaseHead.loss_by_feat

    @functools.wraps(original)
    def loss_by_feat(self: BaseHead, cls_scores: torch.Tensor,
                     data_samples: list) -> dict:
        if cls_scores.dtype == torch.bfloat16:
            cls_scores = cls_scores.float()
        return original(self, cls_scores, data_samples)

    BaseHead.loss_by_feat = loss_by_feat
    return Mend(
        'bfloat16 losses', True, True,
        'BaseHead.loss_by_feat hands bfloat16 scores to NumPy: float32 now',
        'https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/'
        'models/heads/base.py')
