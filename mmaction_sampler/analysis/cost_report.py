"""Costs by component as a report for programs and a table for people."""
from typing import Dict, Tuple

from rich.console import Console
from rich.table import Table

from .macs import ComponentCost


def cost_report(costs: Dict[str, ComponentCost]) -> dict:
    """The report of ``get_flops.py --json``.

    Args:
        costs (dict[str, ComponentCost]): Cost by component.

    Returns:
        dict: ``total_gflops``, and by component ``unit_gmacs``, ``calls``
        and ``gflops``.
    """
    components = {
        name: dict(unit_gmacs=cost.unit_macs / 1e9, calls=float(cost.calls),
                   gflops=cost.macs / 1e9)
        for name, cost in costs.items()
    }
    total = sum(cost.macs for cost in costs.values()) / 1e9
    return dict(total_gflops=total, components=components)


def cost_table(costs: Dict[str, ComponentCost], num_videos: int,
               size: Tuple[int, int]) -> str:
    """The same as text, for logs and terminals.

    Args:
        costs (dict[str, ComponentCost]): Cost by component.
        num_videos (int): Videos that were averaged; 0 if computed only.
        size (tuple[int, int]): Height and width of the input, pixels.

    Returns:
        str: A table.
    """
    origin = f'mean of {num_videos} videos' if num_videos else 'computed'
    table = Table(title=f'GFLOPs (multiply-adds / 1e9) per video, '
                  f'{size[1]}x{size[0]} input, {origin}')
    for column in ('component', 'GMACs per call', 'calls', 'GFLOPs'):
        table.add_column(
            column, justify='left' if column == 'component' else 'right')
    for name, cost in costs.items():
        table.add_row(name, f'{cost.unit_macs / 1e9:.4f}',
                      f'{cost.calls:.2f}', f'{cost.macs / 1e9:.4f}')
    total = sum(cost.macs for cost in costs.values())
    table.add_row('total', '', '', f'{total / 1e9:.4f}', style='bold')
    console = Console(width=100)
    with console.capture() as capture:
        console.print(table)
    return capture.get()
