"""Time and memory of the log-probability of a set, forward and backward.

``set_log_prob`` at the asked size, and beside it, where that ends in time,
the equation as printed: the sum over all N! orders. Calls take turns.
Processor time is that of all threads of this process; with one thread other
programs on the machine hardly change it. Memory is what one call adds to the
peak of a fresh process.
"""
import argparse
import json
import time
from itertools import permutations
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from benchmark import device, positive
from benchmark_figures import measure, spread
from mmengine.device import get_device
from network_clock import Mark
from process_memory import Megabytes, in_fresh_process, peak_memory
from rich.console import Console
from rich.table import Table
from torch import Tensor

from mmaction_sampler.ops import random_inds, set_log_prob

#: Largest N whose orders are summed one by one.
MAX_ENUMERATED = 6
_TIMES = ('forward', 'backward', 'both', 'processor')


def sum_over_orders(logits: Tensor, inds: Tensor) -> Tensor:
    """The same as ``set_log_prob``, every order on its own: the baseline.

    Args:
        logits (Tensor): Unnormalised log-probabilities, float ``(B, T)``.
        inds (Tensor): Distinct candidate positions, long ``(B, N)``.

    Returns:
        Tensor: Log-probability, float ``(B, )``.
    """
    orders = torch.tensor(
        list(permutations(range(inds.shape[1]))), device=logits.device)
    probs = logits.softmax(dim=-1).gather(1, inds)  # (B, N)
    drawn = probs[:, orders]  # (B, N!, N)
    left = 1 - drawn.cumsum(dim=-1) + drawn
    return (drawn / left).prod(dim=-1).sum(dim=-1).log()


METHODS = dict(set_log_prob=set_log_prob, all_orders=sum_over_orders)


class Case(NamedTuple):
    """What is measured: a key of ``METHODS`` at a size, on a device."""
    method: str
    batch_size: int
    num_candidates: int
    num_selected: int
    device: str

    def inputs(self) -> Tuple[Tensor, Tensor]:
        """Random logits ``(B, T)`` and positions ``(B, N)``."""
        torch.manual_seed(0)
        logits = torch.randn(
            self.batch_size, self.num_candidates, device=self.device)
        inds = random_inds(self.batch_size, self.num_candidates,
                           self.num_selected, logits.device)
        return logits.requires_grad_(), inds

    def time(self) -> Dict[str, float]:
        """Seconds of one call: ``forward``, ``backward``, ``both`` of them,
        and the ``processor`` time of both.
        """
        logits, inds = self.inputs()
        processor = time.process_time()
        start = Mark(self.device)
        log_prob = METHODS[self.method](logits, inds).sum()
        middle = Mark(self.device)
        log_prob.backward()
        end = Mark(self.device)
        processor = time.process_time() - processor
        return dict(forward=start.until(middle), backward=middle.until(end),
                    both=start.until(end), processor=processor)

    def memory(self) -> Megabytes:
        """Peak memory of the first call; see :func:`peak_memory`."""
        self._replace(num_selected=1).time()  # loads libraries
        return peak_memory(self.time, self.device)


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--batch-size', type=positive, default=64, help='B')
    parser.add_argument(
        '--num-candidates', type=positive, default=32, help='T')
    parser.add_argument(
        '--num-selected', type=positive, default=12, help='N, at most T')
    parser.add_argument(
        '--repeats', type=positive, default=20, help='of every call')
    parser.add_argument(
        '--device', type=device, default=get_device(),
        help='by default what MMEngine finds')
    parser.add_argument('--json', help='write the figures to this file, too')
    args = parser.parse_args(argv)
    if args.num_selected > args.num_candidates:
        parser.error(
            f'--num-selected {args.num_selected} is more than '
            f'--num-candidates {args.num_candidates}')
    return args


def cases_of(args: argparse.Namespace) -> List[Case]:
    """What is asked for, and at most :data:`MAX_ENUMERATED` of N by both."""
    small = min(args.num_selected, MAX_ENUMERATED)
    chosen = [('set_log_prob', args.num_selected), ('set_log_prob', small),
              ('all_orders', small)]
    return [Case(method, args.batch_size, args.num_candidates, num_selected,
                 args.device)
            for method, num_selected in dict.fromkeys(chosen)]


def run(cases: List[Case], repeats: int) -> List[dict]:
    """Measure the cases in turn.

    Args:
        cases (list[Case]): What is measured.
        repeats (int): Times that every call is timed.

    Returns:
        list[dict]: Of every case ``method``, sizes, milliseconds
        ``forward``, ``backward``, ``both`` and ``processor`` (of both),
        ``first_call`` (which builds tables), and megabytes
        ``extra_memory``.
    """
    first = measure([[case.time] for case in cases], 1)
    seconds = measure([[case.time] for case in cases], repeats)
    rows = []
    for case, once, series in zip(cases, first, seconds):
        memory = in_fresh_process(case.memory)
        peak = 'rss' if memory['cuda_peak'] is None else 'cuda'
        rows.append(dict(
            case._asdict(),
            **{name: spread([1000 * value for value in values])
               for name, values in series.items()},
            first_call=1000 * once['both'][0],
            extra_memory=memory['rss_peak'] and (
                memory[f'{peak}_peak'] - memory[f'{peak}_before'])))
    return rows


def table(rows: List[dict]) -> str:
    """The figures as text."""
    drawn = Table(title='milliseconds, median (smallest to largest)')
    for column in ('method', 'N', *_TIMES, 'first call', 'memory, MB'):
        drawn.add_column(column)
    for row in rows:
        drawn.add_row(
            row['method'], str(row['num_selected']),
            *('{median:.2f} ({min:.2f} to {max:.2f})'.format(**row[name])
              for name in _TIMES),
            f'{row["first_call"]:.1f}', '-' if row['extra_memory'] is None
            else f'{row["extra_memory"]:.1f}')
    console = Console(width=150)
    with console.capture() as capture:
        console.print(drawn)
    return capture.get()


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write the figures."""
    args = parse_args(argv)
    rows = run(cases_of(args), args.repeats)
    print(f'B = {args.batch_size}, T = {args.num_candidates}, on '
          f'{args.device}, {torch.get_num_threads()} thread(s), float32')
    print(table(rows))
    fast, slow = rows[-2:]
    ratio = spread([a / b for a, b in zip(slow['both']['repeats'],
                                          fast['both']['repeats'])])
    print('all orders take {median:.3g} ({min:.3g} to {max:.3g}) times as '
          'long as set_log_prob at N = {n}'.format(
              **ratio, n=slow['num_selected']))
    if args.json:
        report = dict(threads=torch.get_num_threads(),
                      torch=torch.__version__, cases=rows,
                      all_orders_by_set_log_prob=ratio)
        Path(args.json).write_text(json.dumps(report, indent=2) + '\n')


if __name__ == '__main__':
    main()
