"""Measure how much of a training iteration its networks take.

Runs training iterations of one stage on random input and takes, inside each
iteration, the time of the networks' own forward and backward passes. What is
left of the iteration (normalisation, sampling, probabilities, gathering,
losses, clearing of gradients, optimiser) is the overhead.
"""
import argparse
import json
from pathlib import Path
from statistics import median
from typing import Dict, List, Optional, Tuple

import mmaction_sampler  # noqa: F401  first: it mends what is imported next
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import ConfigDict, DictAction
from mmengine.device import get_device
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from network_clock import Mark, NetworkClock

from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.input_shape import add_shape_option, input_shape


def frames_of(model: ConfigDict) -> Tuple[int, ...]:
    """Shape of a video's frames before height and width.

    Args:
        model (ConfigDict): Config of a recognizer with components.

    Returns:
        tuple[int, ...]: ``(T, 3)``, or ``(N, 3, L)`` for N clips.
    """
    if 'num_clips' in model:
        return model.num_clips, 3, model.clip_len
    return model.num_candidates, 3


def random_batch(frames: Tuple[int, ...], batch_size: int,
                 size: Tuple[int, int]) -> Dict[str, list]:
    """A batch as the data loader would give it, of random pixels.

    Args:
        frames (tuple[int, ...]): What :func:`frames_of` gave.
        batch_size (int): B.
        size (tuple[int, int]): Height and width, pixels.

    Returns:
        dict[str, list]: ``inputs``, B of uint8 ``(*frames, H, W)``, and
        ``data_samples``.
    """
    shape = (*frames, *size)
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
    cfg = read_config(args.config, args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    from mmaction.registry import MODELS
    device = get_device()
    model = MODELS.build(cfg.model).to(device)
    model.set_stage(args.stage)
    model.train()
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    batch = random_batch(frames_of(cfg.model), args.batch_size,
                         input_shape(cfg, args.shape))

    clock = NetworkClock(model)
    rows = []
    for index in range(args.iterations + 1):
        clock.reset()
        start = Mark(device)
        model.train_step(dict(batch), optim_wrapper)
        whole = start.until(Mark(device))
        if index:  # the first one allocates memory and chooses kernels
            rows.append(dict(clock.seconds(), whole=whole))
    overheads = [1 - (r['forward'] + r['backward']) / r['whole']
                 for r in rows]
    figures = dict(
        iteration_seconds=median(r['whole'] for r in rows),
        forward_seconds=median(r['forward'] for r in rows),
        backward_seconds=median(r['backward'] for r in rows),
        overhead=median(overheads), overhead_min=min(overheads),
        overhead_max=max(overheads), device=device,
        batch_size=args.batch_size, stage=args.stage)
    print(f'stage {args.stage!r}, batch {args.batch_size}, on '
          f'{device}, median of {args.iterations}: iteration '
          f'{figures["iteration_seconds"]:.3f} s, its networks '
          f'{figures["forward_seconds"]:.3f} s forward and '
          f'{figures["backward_seconds"]:.3f} s backward, the rest '
          f'{median(overheads):.1%} '
          f'({min(overheads):.1%} to {max(overheads):.1%})')
    if args.json:
        Path(args.json).write_text(json.dumps(figures, indent=2) + '\n')


if __name__ == '__main__':
    main()
