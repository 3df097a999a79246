"""Time stage II of AdaFocus against the loop over frames of its authors.

The same weights and random frames, in turn: the authors' way (frame by
frame, float32, layouts as PyTorch makes them, batch normalisation as it is)
and ours in float32 and bfloat16. Each has a process of its own; ours keeps
freed memory, as ``tools/train.py`` does. Ours is also compared with what its
networks' own forward passes and the policy's backward pass take.
"""
import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from statistics import median
from typing import Callable, Dict, List, NamedTuple, Optional

import mmaction_sampler  # noqa: F401  first: it mends what is imported next
import torch
from frame_loop import act_by_frames
from mmaction.registry import MODELS
from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmengine.registry import init_default_scope
from network_clock import Mark, NetworkClock
from profile_stage import frames_of, random_batch

from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.freed_memory import keep_freed_memory
from mmaction_sampler.apis.input_shape import add_shape_option, input_shape
from mmaction_sampler.models.recognizers import AdaFocus

Figures = Dict[str, float]


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file of an AdaFocus')
    parser.add_argument('--batch-size', type=int, default=8)
    parser.add_argument(
        '--repeats', type=int, default=3,
        help='of all ways, after one that is not counted')
    add_shape_option(parser)
    parser.add_argument('--json', help='write the figures to this file, too')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={},
        help='override settings of the config, as key=value')
    return parser.parse_args(argv)


def build(cfg: Config, **options: bool) -> AdaFocus:
    """A recognizer in stage II, with the same weights each time."""
    torch.manual_seed(0)
    model = MODELS.build(dict(cfg.model, **options)).to(get_device())
    model.set_stage('policy')
    model.train()
    return model


def loop_step(model: AdaFocus, optim_wrapper: OptimWrapper,
              data: dict) -> None:
    """One iteration, frame by frame."""
    data = model.data_preprocessor(data, training=True)
    losses = model.loss_policy(act_by_frames(model, **data))
    optim_wrapper.update_params(model.parse_losses(losses)[0])


def our_step(model: AdaFocus, optim_wrapper: OptimWrapper,
             data: dict) -> None:
    """One iteration, all frames at once."""
    model.train_step(data, optim_wrapper)


class Way(NamedTuple):
    """How iterations are run.

    Attributes:
        step (Callable): Runs one on a model, its optimiser and a batch.
        optim_wrapper (str): Type of the optimiser's wrapper.
        options (dict): Of the model, beside its config's.
        keeps_memory (bool): See :func:`keep_freed_memory`.
    """
    step: Callable[[AdaFocus, OptimWrapper, dict], None]
    optim_wrapper: str
    options: Dict[str, bool]
    keeps_memory: bool


WAYS = {
    'loop, fp32': Way(loop_step, 'OptimWrapper',
                      dict(channels_last=False, fold_norm=False), False),
    'ours, fp32': Way(our_step, 'OptimWrapper', {}, True),
    'ours, bf16': Way(our_step, 'BF16OptimWrapper', {}, True),
}


class Iteration:
    """One way, ready to run, in the process that this is called in.

    Args:
        name (str): A key of ``WAYS``.
        cfg (Config): Of an AdaFocus.
        data (dict): The batch.
    """
    #: The one of this process.
    ready: 'Iteration'

    def __init__(self, name: str, cfg: Config, data: dict) -> None:
        way = WAYS[name]
        if way.keeps_memory and get_device() == 'cpu':
            keep_freed_memory()
        init_default_scope(cfg.get('default_scope', 'mmaction'))
        self.step, self.data = way.step, data
        self.model = build(cfg, **way.options)
        self.optim_wrapper = build_optim_wrapper(
            self.model, dict(type=way.optim_wrapper,
                             optimizer=cfg.optim_wrapper.optimizer))
        self.clock = NetworkClock(self.model)

    def timed(self) -> Figures:
        """Run it once.

        Returns:
            dict[str, float]: Seconds: ``wall``; ``processor``, of all
            threads; ``networks``, wall time in forward passes and the
            policy's backward.
        """
        self.clock.reset()
        processor, start = time.process_time(), Mark(get_device())
        self.step(self.model, self.optim_wrapper, dict(self.data))
        wall = start.until(Mark(get_device()))
        return dict(wall=wall, processor=time.process_time() - processor,
                    networks=sum(self.clock.seconds().values()))


def start(name: str, cfg: Config, data: dict) -> None:
    """Make the iteration of this process."""
    Iteration.ready = Iteration(name, cfg, data)


def iterate() -> Figures:
    """Run the iteration of this process."""
    return Iteration.ready.timed()


def measure(cfg: Config, data: dict, repeats: int) -> Dict[str, List[Figures]]:
    """Run all ways in turn; by name, figures of every repeat.

    Their processes are forks of one that has imported all and run nothing,
    where the system has forks.
    """
    method = 'forkserver' if 'forkserver' in get_all_start_methods() else (
        'spawn')
    rows: Dict[str, List[Figures]] = {name: [] for name in WAYS}
    with ExitStack() as stack:
        pools = {
            name: stack.enter_context(ProcessPoolExecutor(
                1, mp_context=get_context(method), initializer=start,
                initargs=(name, cfg, data)))
            for name in WAYS}
        for repeat in range(repeats + 1):
            for name, pool in pools.items():
                figures = pool.submit(iterate).result()
                if repeat:  # the first one allocates memory and folds
                    rows[name].append(figures)
    return rows


def summarise(rows: Dict[str, List[Figures]]) -> Dict[str, Figures]:
    """Medians, and ratios taken within each repeat.

    Args:
        rows (dict[str, list]): What :func:`measure` gave, the loop first.

    Returns:
        dict[str, dict[str, float]]: ``wall``, ``processor``, ``networks``;
        ``by_networks``, the iteration by its networks; ``speedup`` and
        ``processor_speedup``, how often it runs in the loop's time.
    """
    loop = next(iter(rows.values()))
    return {
        name: dict(
            {key: median(row[key] for row in own) for key in own[0]},
            by_networks=median(row['wall'] / row['networks'] for row in own),
            speedup=median(a['wall'] / b['wall'] for a, b in zip(loop, own)),
            processor_speedup=median(
                a['processor'] / b['processor'] for a, b in zip(loop, own)))
        for name, own in rows.items()}


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write the figures."""
    args = parse_args(argv)
    cfg = read_config(args.config, args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    data = random_batch(frames_of(cfg.model), args.batch_size,
                        input_shape(cfg, args.shape))
    figures = summarise(measure(cfg, data, args.repeats))
    print(f'batch {args.batch_size}, T = {cfg.model.num_candidates}, '
          f'{get_device()}, {torch.get_num_threads()} thread(s), median of '
          f'{args.repeats}')
    for name, row in figures.items():
        print(f'{name}: {row["wall"]:.2f} s, {row["processor"]:.2f} '
              f'processor s, {row["by_networks"]:.2f} x its networks, '
              f'{row["speedup"]:.2f} x the loop\'s rate '
              f'({row["processor_speedup"]:.2f} by processor time)')
    if args.json:
        report = dict(
            ways=figures, batch_size=args.batch_size, device=get_device(),
            threads=torch.get_num_threads(), torch=torch.__version__)
        Path(args.json).write_text(json.dumps(report, indent=2) + '\n')


if __name__ == '__main__':
    main()
