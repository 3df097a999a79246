"""Multiply-adds that a module really executes on given inputs.

Convention: what MMEngine's ``FlopAnalyzer`` counts (convolutions, linear and
matrix products, normalisation, pooling and resizing), BatchNorm as the one
multiply-add an element that it is (there: two operations), plus what it counts
as zero or does not know: recurrent layers and fused attention. Elementwise
operators are free. This convention gives the papers' figures.
"""
import re
from math import prod
from typing import Any, List, NamedTuple, Sequence

import torch
from mmengine.analysis import FlopAnalyzer
from mmengine.logging import MMLogger
from torch import Tensor, nn

_HEAVY_OPERATOR = re.compile(
    r'aten::.*(conv|mm(?!ax|in)|matmul|linear|lstm|gru|rnn|attention|einsum)')


class ComponentCost(NamedTuple):
    """What one component costs for one video.

    Attributes:
        unit_macs (float): Multiply-adds of one call.
        calls (float): Calls for one video; an expectation where the number
            differs from video to video.
    """
    unit_macs: float
    calls: float

    @property
    def macs(self) -> float:
        """Multiply-adds for one video."""
        return self.unit_macs * self.calls


@torch.compiler.disable  # a trace itself
def count_macs(module: nn.Module, inputs: Sequence[Tensor]) -> int:
    """Count the multiply-adds of one forward pass by tracing it.

    The module is put into eval mode for the trace and back afterwards, mode
    by submodule, so that a partly frozen model is left as it was.

    Args:
        module (nn.Module): Any module; every sub-network that counts must be
            one of its submodules.
        inputs (Sequence[Tensor]): Positional arguments of its forward.

    Returns:
        int: Multiply-adds (not divided by the batch size).
    """
    modes = [(m, m.training) for m in module.modules()]
    fast_attention = torch.backends.mha.get_fastpath_enabled()
    # The fast path hides a whole attention layer behind one operator.
    torch.backends.mha.set_fastpath_enabled(False)
    module.eval()
    try:
        device = inputs[0].device.type
        with torch.no_grad(), torch.autocast(
                'cpu' if device == 'meta' else device, enabled=False):
            return _analyse(module, tuple(inputs))
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_attention)
        for submodule, mode in modes:
            submodule.training = mode


def _analyse(module: nn.Module, inputs: tuple) -> int:
    """Trace the module and add up the operators' multiply-adds."""
    analyser = FlopAnalyzer(module, inputs)
    analyser.unsupported_ops_warnings(False)
    analyser.uncalled_modules_warnings(False)
    analyser.tracer_warnings('none')
    analyser.set_op_handle(
        **{
            'aten::batch_norm': _batch_norm_macs,
            'aten::gru': _recurrent_macs,
            'aten::lstm': _recurrent_macs,
            'aten::scaled_dot_product_attention': _attention_macs,
        })
    total = analyser.total()
    unknown = sorted(
        op for op in analyser.unsupported_ops() if _HEAVY_OPERATOR.match(op))
    if unknown:
        MMLogger.get_current_instance().warning(
            f'{type(module).__name__}: not counted as multiply-adds: '
            f'{", ".join(unknown)}')
    return int(total)


def _shape(value: Any) -> List[int]:
    """Shape of a value in a traced graph."""
    return value.type().sizes()


def _batch_norm_macs(inputs: List[Any], outputs: List[Any]) -> int:
    """BatchNorm at test: its statistics are fixed, so it is ``a * x + b``.

    Args:
        inputs (list): Traced arguments, the first one the normalised tensor.
        outputs (list): Traced results, not needed.

    Returns:
        int: Multiply-adds, one an element, with or without parameters.
    """
    return prod(_shape(inputs[0]))


def _recurrent_macs(inputs: List[Any], outputs: List[Any]) -> int:
    """GRU and LSTM layers: every step multiplies by every weight matrix.

    Args:
        inputs (list): Traced arguments: sequence, state(s), list of
            parameters (matrices and biases of all layers and directions).
        outputs (list): Traced results, not needed.

    Returns:
        int: Multiply-adds.
    """
    sequence = _shape(inputs[0])
    steps = sequence[0] * sequence[1]
    parameters = [_shape(p) for p in inputs[2].node().inputs()]
    return steps * sum(p[0] * p[1] for p in parameters if len(p) == 2)


def _attention_macs(inputs: List[Any], outputs: List[Any]) -> int:
    """Fused attention: scores ``q k^T`` and their product with ``v``.

    Args:
        inputs (list): Traced arguments: q ``(..., L, E)``, k ``(..., S, E)``,
            v ``(..., S, Ev)``.
        outputs (list): Traced results, not needed.

    Returns:
        int: Multiply-adds.
    """
    query, key, value = (_shape(v) for v in inputs[:3])
    heads = prod(query[:-2])
    return heads * query[-2] * key[-2] * (query[-1] + value[-1])
