"""What lies inside the networks' own passes, and what around them."""
import time
from typing import Dict, List, Tuple, Union

import torch
from torch import Tensor, nn


class Mark:
    """A point in time of a device's work.

    Wall time on a CPU; on CUDA an event in its queue, so that marking does
    not wait for the device.

    Args:
        device (str | torch.device): Whose work it is.
    """

    def __init__(self, device: Union[str, torch.device]) -> None:
        self._event = None
        if torch.device(device).type == 'cuda':
            self._event = torch.cuda.Event(enable_timing=True)
            self._event.record(torch.cuda.current_stream(device))
        self._time = time.perf_counter()

    def until(self, end: 'Mark') -> float:
        """Seconds from this mark to a later one of the same device."""
        if self._event is None:
            return end._time - self._time
        end._event.synchronize()
        return self._event.elapsed_time(end._event) / 1000


class NetworkClock:
    """Times the forward and backward passes of a recognizer's networks.

    A forward pass is the outermost call of a network or of one of its
    children. A network's backward pass begins when the gradient of its
    output is there and ends with the gradient of its last parameter.

    Args:
        model (nn.Module): A recognizer with ``components``, in its stage, or
            one of MMAction2, whose networks are backbone, neck and head.
    """

    def __init__(self, model: nn.Module) -> None:
        self._depth = 0
        self._device = next(model.parameters()).device
        self.reset()
        for name in _network_names(model):
            component = getattr(model, name)
            for network in (component, *component.children()):
                network.register_forward_pre_hook(self._enter)
                network.register_forward_hook(self._leave, always_call=True)
                trained = (p for p in network.parameters() if p.requires_grad)
                for parameter in trained:
                    parameter.register_post_accumulate_grad_hook(
                        lambda _, network=network: self._accumulated(network))

    def reset(self) -> None:
        """Forget all marks."""
        self._forward: List[List[Mark]] = []
        self._gradient: Dict[nn.Module, Mark] = {}
        self._last: Dict[nn.Module, Mark] = {}

    def _enter(self, *_: object) -> None:
        if self._depth == 0:
            self._forward.append([Mark(self._device)])
        self._depth += 1

    def _leave(self, network: nn.Module, _: object, output: object) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._forward[-1].append(Mark(self._device))
        outputs = output if isinstance(output, (tuple, list)) else (output, )
        for value in outputs:
            if isinstance(value, Tensor) and value.requires_grad:
                value.register_hook(lambda _: self._gradient_came(network))

    def _gradient_came(self, network: nn.Module) -> None:
        self._gradient.setdefault(network, Mark(self._device))

    def _accumulated(self, network: nn.Module) -> None:
        if network in self._gradient:
            self._last[network] = Mark(self._device)

    def seconds(self) -> Dict[str, float]:
        """Time in the networks since the last :meth:`reset`.

        Returns:
            dict[str, float]: Seconds ``forward`` and ``backward``.
        """
        return dict(
            forward=sum(start.until(end) for start, end in self._forward),
            backward=sum(self._gradient[network].until(end)
                         for network, end in self._last.items()))


def _network_names(model: nn.Module) -> Tuple[str, ...]:
    """Components, or of MMAction2's recognizers all that computes."""
    children = tuple(name for name, _ in model.named_children()
                     if name != 'data_preprocessor')
    return getattr(model, 'components', children)
