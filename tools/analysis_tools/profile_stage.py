"""Measure how much of a training iteration its networks take.

Runs training iterations of one stage on random input and, in turn, the same
calls of the same networks alone, forward and backward, on the inputs that
they had. What is left of the iteration (sampling, probabilities, gathering,
losses, normalisation, optimiser) is the overhead.
"""
import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

import torch
from get_flops import add_shape_option, input_shape
from mmaction.structures import ActionDataSample
from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from torch import Tensor, nn


class Call(NamedTuple):
    """One outermost call of a network inside an iteration."""
    network: nn.Module
    args: tuple
    kwargs: dict
    with_grad: bool


class CallRecorder:
    """Records the outermost calls of the networks of a recognizer.

    Args:
        model (nn.Module): A recognizer with ``components``.
    """

    def __init__(self, model: nn.Module) -> None:
        self.calls: List[Call] = []
        self._depth = 0
        self._handles = []
        for name in model.components:
            component = getattr(model, name)
            for network in (component, *component.children()):
                self._handles += [
                    network.register_forward_pre_hook(
                        self._enter, with_kwargs=True),
                    network.register_forward_hook(
                        self._leave, always_call=True)
                ]

    def _enter(self, network: nn.Module, args: tuple, kwargs: dict) -> None:
        if self._depth == 0:
            args = tuple(_detached(a) for a in args)
            self.calls.append(
                Call(network, args, kwargs, torch.is_grad_enabled()))
        self._depth += 1

    def _leave(self, *_: object) -> None:
        self._depth -= 1

    def remove(self) -> None:
        """Take the hooks off the model."""
        for handle in self._handles:
            handle.remove()


def _detached(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return type(value)(_detached(v) for v in value)
    return value.detach() if isinstance(value, Tensor) else value


def replay(calls: List[Call]) -> None:
    """Run recorded calls, and their backward passes where they had one."""
    for call in calls:
        with torch.set_grad_enabled(call.with_grad):
            output = call.network(*call.args, **call.kwargs)
        output = output[-1] if isinstance(output, (tuple, list)) else output
        if output.requires_grad:
            output.sum().backward()


def timed(function: Callable[[], None]) -> float:
    """Seconds of one call.

    On a GPU wall time until the device has finished; on a CPU processor
    time over all threads, which other programs on the machine disturb less.
    """
    if not torch.cuda.is_available():
        start = time.process_time()
        function()
        return time.process_time() - start
    torch.cuda.synchronize()
    start = time.perf_counter()
    function()
    torch.cuda.synchronize()
    return time.perf_counter() - start


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

    def iterate() -> None:
        model.train_step(dict(batch), optim_wrapper)

    recorder = CallRecorder(model)
    iterate()
    recorder.remove()
    replay(recorder.calls)
    whole, networks = [], []
    for _ in range(args.iterations):
        whole.append(timed(iterate))
        networks.append(timed(lambda: replay(recorder.calls)))
    overheads = [1 - n / w for w, n in zip(whole, networks)]
    figures = dict(
        iteration_seconds=median(whole), networks_seconds=median(networks),
        overhead=median(overheads), overhead_min=min(overheads),
        overhead_max=max(overheads), device=get_device(),
        batch_size=args.batch_size, stage=args.stage)
    print(f'stage {args.stage!r}, batch {args.batch_size}, on '
          f'{figures["device"]}, median of {args.iterations}: iteration '
          f'{median(whole):.3f} s, its networks alone '
          f'{median(networks):.3f} s, the rest {median(overheads):.1%} '
          f'({min(overheads):.1%} to {max(overheads):.1%}), '
          f'{"wall" if torch.cuda.is_available() else "processor"} time')
    if args.json:
        Path(args.json).write_text(json.dumps(figures, indent=2) + '\n')


if __name__ == '__main__':
    main()
