"""Table and picture of a trade-off."""
import csv
import json
from pathlib import Path
from typing import Any, Dict, List, Tuple

Row = Dict[str, Any]

#: Columns of the table; the metrics follow.
COLUMNS = ('curve', 'label', 'baseline', 'accuracy', 'gflops',
           'ms_per_video', 'processor_ms_per_video', 'num_selected',
           'num_videos', 'includes_decoding', 'config', 'checkpoint',
           'settings')


def is_number(value: Any) -> bool:
    """Whether a metric can be drawn; None stands for NaN."""
    return value is None or isinstance(value, (int, float))


def accuracy_name(metrics: Dict[str, Any]) -> str:
    """The first metric that is a number and no cost, such as ``'acc/top1'``.

    Raises:
        ValueError: If there is none.
    """
    for name, value in metrics.items():
        if not name.startswith('cost/') and is_number(value):
            return name
    raise ValueError(
        f'the test_evaluator gives {", ".join(metrics) or "no metric"} and '
        f'no accuracy; add AccMetric')


def write_table(path: Path, rows: List[Row]) -> None:
    """Write the points as CSV, one line each.

    Args:
        path (Path): The file.
        rows (list[dict]): The points, with ``metrics``.
    """
    metrics = sorted({name for row in rows for name in row['metrics']})
    with path.open('w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, *metrics])
        for row in rows:
            values = dict(row, settings=json.dumps(row['settings']))
            writer.writerow([
                *(values.get(name) for name in COLUMNS),
                *(row['metrics'].get(name) for name in metrics)])


def curves_of(rows: List[Row]) -> Dict[Tuple[str, bool], List[Row]]:
    """Points by curve, those of a baseline last, in the order given."""
    curves: Dict[Tuple[str, bool], List[Row]] = {}
    for row in sorted(rows, key=lambda row: row['baseline']):
        curves.setdefault((row['curve'], row['baseline']), []).append(row)
    return curves


def plot(path: Path, rows: List[Row], title: str, accuracy: str,
         clock: str) -> None:
    """Draw accuracy against GFLOPs and against time.

    Args:
        path (Path): PNG file.
        rows (list[dict]): The points.
        title (str): Above both.
        accuracy (str): Name of the metric.
        clock (str): ``'wall'`` or ``'processor'``.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5.4), layout='constrained')
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=9)
    decoding = any(row['includes_decoding'] for row in rows)
    for axes, x, label in zip(
            figure.subplots(1, 2, sharey=True),
            ('gflops', dict(wall='ms_per_video',
                            processor='processor_ms_per_video')[clock]),
            ('GFLOPs per video (multiply-adds / 1e9)',
             f'milliseconds per video ({clock} time), model ' +
             ('and decoding' if decoding else 'alone'))):
        for (name, is_baseline), points in curves_of(rows).items():
            axes.plot([p[x] for p in points],
                      [100 * p['accuracy'] for p in points],
                      '--s' if is_baseline else '-o', markersize=4,
                      label=name)
            for p in points:
                axes.annotate(
                    p['label'], (p[x], 100 * p['accuracy']), fontsize=7,
                    xytext=(4, -9), textcoords='offset points')
        axes.set_xlabel(label)
        axes.margins(x=0.1)
        axes.set_xlim(left=0)
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel(f'{accuracy}, %')
    figure.axes[0].legend(fontsize=8, loc='lower right')
    figure.savefig(path, dpi=120)
