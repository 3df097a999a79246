"""Measure how much of a training iteration its networks take.

Runs training iterations of one stage on random input and takes, inside each
iteration, the time of the networks' own forward and backward passes. What is
left of the iteration (normalisation, sampling, probabilities, gathering,
losses, clearing of gradients, optimiser) is the overhead.
"""
import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Dict, List, Optional, Tuple

import torch
from get_flops import add_shape_option, input_shape
from mmaction.structures import ActionDataSample
from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from torch import Tensor, nn


class Mark:
    """A point in time of the device's work.

    Wall time on a CPU; on a GPU an event in its queue, so that marking does
    not wait for the device.
    """

    def __init__(self) -> None:
        self._event = None
        if torch.cuda.is_available():
            self._event = torch.cuda.Event(enable_timing=True)
            self._event.record()
        self._time = time.perf_counter()

    def until(self, end: 'Mark') -> float:
        """Seconds from this mark to a later one."""
        if self._event is None:
            return end._time - self._time
        end._event.synchronize()
        return self._event.elapsed_time(end._event) / 1000


class NetworkClock:
    """Times the forward and backward passes of a recognizer's networks.

    A forward pass is the outermost call of a component or of one of its
    children. A network's backward pass begins when the gradient of its
    output is there and ends with the gradient of its last parameter.

    Args:
        model (nn.Module): A recognizer with ``components``, in its stage.
    """

    def __init__(self, model: nn.Module) -> None:
        self._depth = 0
        self.reset()
        for name in model.components:
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
            self._forward.append([Mark()])
        self._depth += 1

    def _leave(self, network: nn.Module, _: object, output: object) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._forward[-1].append(Mark())
        outputs = output if isinstance(output, (tuple, list)) else (output, )
        for value in outputs:
            if isinstance(value, Tensor) and value.requires_grad:
                value.register_hook(lambda _: self._gradient_came(network))

    def _gradient_came(self, network: nn.Module) -> None:
        self._gradient.setdefault(network, Mark())

    def _accumulated(self, network: nn.Module) -> None:
        if network in self._gradient:
            self._last[network] = Mark()

    def seconds(self) -> Dict[str, float]:
        """Time in the networks since the last :meth:`reset`.

        Returns:
            dict[str, float]: Seconds ``forward`` and ``backward``.
        """
        return dict(
            forward=sum(start.until(end) for start, end in self._forward),
            backward=sum(self._gradient[network].until(end)
                         for network, end in self._last.items()))


def random_batch(cfg: Config, batch_size: int,
                 size: Tuple[int, int]) -> Dict[str, list]:
    """A batch as the data loader would give it, of random pixels.

    Args:
        cfg (Config): Config of the run.
        batch_size (int): B.
        size (tuple[int, int]): Height and width, pixels.

    Returns:
        dict[str, list]: ``inputs``, B of uint8 ``(T, 3, H, W)``, and
        ``data_samples``.
    """
    shape = (cfg.model.num_candidates, 3, *size)
    inputs = [torch.randint(0, 256, shape, dtype=torch.uint8)
              for _ in range(batch_size)]
    data_samples = [ActionDataSample().set_gt_label(0) for _ in inputs]
    return dict(inputs=inputs, data_samples=data_samples)


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file of the recognizer')
    parser.add_argument('--stage', default='policy', help='training stage')
    parser.add_argument('--batch-size', type=int, default=2)
    parser.add_argument('--iterations', type=int, default=5)
    add_shape_option(parser)
    parser.add_argument('--json', help='write the figures to this file, too')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='override settings of the config, as key=value')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write the shares."""
    args = parse_args(argv)
    cfg = Config.fromfile(args.config)
    if args.cfg_options:
        cfg.merge_from_dict(args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    from mmaction.registry import MODELS
    model = MODELS.build(cfg.model).to(get_device())
    model.set_stage(args.stage)
    model.train()
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    batch = random_batch(cfg, args.batch_size, input_shape(cfg, args.shape))

    clock = NetworkClock(model)
    rows = []
    for index in range(args.iterations + 1):
        clock.reset()
        start = Mark()
        model.train_step(dict(batch), optim_wrapper)
        whole = start.until(Mark())
        if index:  # the first one allocates memory and chooses kernels
            rows.append(dict(clock.seconds(), whole=whole))
    overheads = [1 - (r['forward'] + r['backward']) / r['whole']
                 for r in rows]
    figures = dict(
        iteration_seconds=median(r['whole'] for r in rows),
        forward_seconds=median(r['forward'] for r in rows),
        backward_seconds=median(r['backward'] for r in rows),
        overhead=median(overheads), overhead_min=min(overheads),
        overhead_max=max(overheads), device=get_device(),
        batch_size=args.batch_size, stage=args.stage)
    print(f'stage {args.stage!r}, batch {args.batch_size}, on '
          f'{figures["device"]}, median of {args.iterations}: iteration '
          f'{figures["iteration_seconds"]:.3f} s, its networks '
          f'{figures["forward_seconds"]:.3f} s forward and '
          f'{figures["backward_seconds"]:.3f} s backward, the rest '
          f'{median(overheads):.1%} '
          f'({min(overheads):.1%} to {max(overheads):.1%})')
    if args.json:
        Path(args.json).write_text(json.dumps(figures, indent=2) + '\n')


if __name__ == '__main__':
    main()
