"""Stopping at numbers that are not finite, with their place named."""
import contextlib
from typing import (Any, Callable, Dict, Iterator, List, Mapping, NamedTuple,
                    Optional, Sequence, TypeVar)

import torch
from mmaction.structures import ActionDataSample
from mmengine.logging import MessageHub
from torch import Tensor, nn

_MOST_NAMES = 8

Samples = Sequence[ActionDataSample]
Result = TypeVar('Result')


# Distributions refuse NaN, and as a place in a frame it is outside.
_CONSEQUENCES = (ValueError, RuntimeError, IndexError)
_NOWHERE = 'inputs, weights and all layers are finite'


class Blame(NamedTuple):
    """Where numbers stopped to be finite.

    Attributes:
        place (str): In words.
        rows (list[int]): Videos of the batch; empty if all, or unknown.
    """
    place: str
    rows: List[int]


class NonFiniteError(FloatingPointError):
    """NaN or infinity; the message names step, component and videos."""


def compute_finite(model: nn.Module, compute: Callable[[], Result],
                   inputs: Any, data_samples: Optional[Samples],
                   looked_at: Callable[[Result], Any] = lambda result: result
                   ) -> Result:
    """Compute losses or rewards; stop before a step on NaN or infinity.

    Costs one comparison of a few numbers; only where that fails are the
    place and the videos searched for, by computing once more.

    Args:
        model (nn.Module): A recognizer, with its stage in ``stage``.
        compute (Callable): Gives tensors in any containers.
        inputs (Any): What it computes from, likewise.
        data_samples (list[ActionDataSample], optional): Of the batch.
        looked_at (Callable): Takes the part of the result that is looked
            at. Defaults to all of it.

    Returns:
        Any: What was computed.

    Raises:
        NonFiniteError: If a number of it is not finite, or an error came of
            one on the way.
    """
    try:
        result = compute()
    except _CONSEQUENCES as error:
        blame = _find(model, inputs, len(data_samples or ()), compute)
        if blame is None:
            raise
        raise _explain(model, str(error).splitlines()[0], blame,
                       data_samples) from error
    if not all(map(_is_finite, _tensors(looked_at(result)))):
        names = ', '.join(_names_of_bad(looked_at(result)))
        blame = _find(model, inputs, len(data_samples or ()), compute)
        raise _explain(model, names, blame or Blame(_NOWHERE, []),
                       data_samples)
    return result


def refuse_non_finite_predictions(samples: Samples) -> None:
    """Stop a test at scores that are NaN or infinity.

    Args:
        samples (list[ActionDataSample]): With ``pred_score`` and
            ``selection``.

    Raises:
        NonFiniteError: If a score of a class, or of a candidate, is not
            finite.
    """
    fields = dict(
        pred_score=[s.pred_score for s in samples if 'pred_score' in s],
        selection=[s.selection.scores for s in samples
                   if 'selection' in s and 'scores' in s.selection
                   and s.selection.scores is not None])
    for name, scores in fields.items():
        if scores and not torch.cat([x.flatten() for x in scores]
                                    ).isfinite().all():
            rows = [i for i, x in enumerate(scores)
                    if not x.isfinite().all()]
            raise NonFiniteError(
                f'{name} of {_name_videos(samples, rows)} is not finite; '
                f'look for NaN in the weights or the inputs, and for '
                f'overflow under fp16')


def _tensors(value: Any) -> Iterator[Tensor]:
    """Floating-point tensors in nested containers."""
    if isinstance(value, Tensor):
        if value.is_floating_point():
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _tensors(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors(part)


def _is_finite(tensor: Tensor) -> bool:
    return bool(tensor.detach().isfinite().all())


def _names_of_bad(value: Any, name: str = '') -> Iterator[str]:
    """What is not finite in nested containers, by its keys."""
    if isinstance(value, Tensor):
        if not all(map(_is_finite, _tensors(value))):
            first = value.detach()[~value.isfinite()][0]
            yield f'{name or "the result"} = {float(first):g}'
    elif isinstance(value, (list, tuple)):
        keys = getattr(value, '_fields', range(len(value)))
        value = dict(zip(keys, value))
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _names_of_bad(part, f'{name}.{key}' if name else
                                     str(key))


def _bad_rows(tensor: Tensor, batch_size: int) -> List[int]:
    """Videos of a batch whose part of a tensor is not finite, if it has."""
    if not batch_size or not tensor.dim() or len(tensor) % batch_size:
        return []
    parts = tensor.detach().reshape(batch_size, -1)
    return (~parts.isfinite()).any(1).nonzero().flatten().tolist()


def _find(model: nn.Module, inputs: Any, batch_size: int,
          rerun: Callable[[], Any]) -> Optional[Blame]:
    """Where it comes from, and in which videos of the batch."""
    broken = [t for t in _tensors(inputs) if not _is_finite(t)]
    if broken:
        return Blame('the inputs are not finite',
                     _bad_rows(broken[0], batch_size))
    weights = [name for name, p in model.named_parameters()
               if not _is_finite(p)]
    if weights:
        return Blame(
            f'component {weights[0].split(".")[0]} has weights that are not '
            f'finite ({weights[0]}), so that an earlier step went wrong', [])
    return _find_layer(model, batch_size, rerun)


def _find_layer(model: nn.Module, batch_size: int,
                rerun: Callable[[], Any]) -> Optional[Blame]:
    """The first layer whose output is not finite."""
    found: List[Blame] = []
    names: Dict[nn.Module, str] = {m: n for n, m in model.named_modules()}

    def look(module: nn.Module, args: Any, output: Any) -> None:
        if found or module not in names:
            return
        for tensor in _tensors(output):
            if not _is_finite(tensor):
                name = names[module]
                found.append(Blame(
                    f'component {name.split(".")[0]} gives numbers that are '
                    f'not finite, first its layer {name}',
                    _bad_rows(tensor, batch_size)))
                return

    hook = nn.modules.module.register_module_forward_hook(look)
    folded = model._folded.enabled
    model._folded.enabled = False  # a copy has other layers
    try:
        # Its draws differ from those before, and it may fail as before.
        with contextlib.suppress(*_CONSEQUENCES):
            rerun()
    finally:
        hook.remove()
        model._folded.enabled = folded
    return found[0] if found else None


def _explain(model: nn.Module, what: str, blame: Blame,
             data_samples: Optional[Samples]) -> NonFiniteError:
    step = MessageHub.get_current_instance().get_info('iter', None)
    return NonFiniteError(
        f'training iteration {"unknown" if step is None else step + 1}, '
        f'stage {model.stage!r}: {what}; {blame.place}; '
        f'{_name_videos(data_samples or (), blame.rows)}; no step was made: '
        f'mend the data, or resume from the last checkpoint with a lower '
        f'learning rate or clip_grad')


def _name_videos(samples: Samples, rows: List[int]) -> str:
    """Names of some videos of a batch, or of all if none is to blame."""
    names = [str(samples[i].get('filename', f'number {i} of the batch'))
             for i in (rows or range(len(samples)))]
    shown = ', '.join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    text = shown + (f' and {more} more' if more > 0 else '')
    return f'{"video" if rows else "batch of"} {text or "unknown videos"}'
