"""From measured seconds to rates, ratios and a table."""
from collections import defaultdict
from statistics import median
from typing import Callable, Dict, Iterable, List, Optional, Sequence

from mmaction.structures import ActionDataSample
from rich.console import Console
from rich.table import Table

Series = Dict[str, List[float]]  # name -> one value a repeat
Pass = Callable[[], Dict[str, float]]

#: Rates: more is better, and a ratio to the baseline makes sense.
RATES = ('throughput', 'processor_rate', 'backbone_limit', 'decode_rate',
         'end_to_end_rate')
_SECONDS = ('model', 'processor', 'networks', 'decoding', 'end_to_end')
_ROWS = {
    'throughput': 'model alone, videos/s',
    'processor_rate': 'model alone, videos/processor s',
    'backbone_limit': 'its networks alone, videos/s',
    'overhead': 'time outside the networks, %',
    'decode_rate': 'loader alone, videos/s',
    'end_to_end_rate': 'end to end, videos/s',
    'end_to_end_share': 'end to end / slower of model and loader',
    'top1': 'top-1, %',
    'num_selected': 'frames or clips selected',
    'gflops': 'GFLOPs',
    'rss_peak': 'peak memory, MB',
    'rss_before': '  of which before predicting',
    'cuda_peak': 'peak GPU memory, MB',
}
_PERCENT = ('overhead', 'top1')


def measure(passes: Sequence[Sequence[Pass]], repeats: int) -> List[Series]:
    """Run everybody's passes in turn, so that drift hits all alike.

    Args:
        passes (Sequence[Sequence[Callable]]): Of every recognizer its
            passes, equally many, each giving seconds by name.
        repeats (int): Times that everything is run. In each, the first pass
            of all recognizers comes first, then the second of all.

    Returns:
        list[dict[str, list[float]]]: Of every recognizer its seconds.
    """
    measured: List[Series] = [defaultdict(list) for _ in passes]
    for _ in range(repeats):
        for same_pass in zip(*passes):
            for series, timed in zip(measured, same_pass):
                for name, seconds in timed().items():
                    series[name].append(seconds)
    return measured


def figures(seconds: Series, num_videos: int) -> Series:
    """Rates and shares of every repeat.

    Args:
        seconds (dict[str, list[float]]): ``model``, ``processor`` and maybe
            ``networks``, ``decoding`` and ``end_to_end``, for all videos.
        num_videos (int): Videos of a pass.

    Returns:
        dict[str, list[float]]: Videos a second: ``throughput`` of the model
        on videos in memory, ``processor_rate`` the same a second of
        processor time, ``backbone_limit`` if only its networks took time,
        ``decode_rate`` of the loader, ``end_to_end_rate``. Shares:
        ``overhead``, of the model's time outside its networks;
        ``end_to_end_share``, end-to-end rate by the slower of model and
        loader.
    """
    series = {rate: [num_videos / value for value in seconds[name]]
              for rate, name in zip(RATES, _SECONDS) if name in seconds}
    if 'networks' in seconds:
        series['overhead'] = [
            1 - limit / whole
            for limit, whole in zip(seconds['networks'], seconds['model'])]
    if 'end_to_end' in seconds:
        series['end_to_end_share'] = [
            rate / min(slower) for rate, *slower in zip(
                series['end_to_end_rate'], series['throughput'],
                series['decode_rate'])]
    return series


def ratios(series: Series, baseline: Series) -> Series:
    """Rates by the baseline's of the same repeat.

    Args:
        series (dict[str, list[float]]): What :func:`figures` gave.
        baseline (dict[str, list[float]]): The same of the baseline.

    Returns:
        dict[str, list[float]]: Ratios, names as in ``RATES``.
    """
    return {name: [a / b for a, b in zip(series[name], baseline[name])]
            for name in RATES if name in series}


def spread(values: Sequence[float]) -> Dict[str, object]:
    """Median, smallest and largest value, and all of them."""
    return dict(median=median(values), min=min(values), max=max(values),
                repeats=list(values))


def describe(
        samples: Sequence[ActionDataSample]) -> Dict[str, Optional[float]]:
    """What was predicted, from how many frames, at what cost.

    Args:
        samples (Sequence[ActionDataSample]): Predictions.

    Returns:
        dict[str, float]: Means over the videos: ``top1`` (share whose most
        probable class is the label, or one of them), ``num_selected``,
        ``gflops``. None where the samples do not tell.
    """
    return dict(
        top1=_mean(_is_right(s) for s in samples if 'gt_label' in s),
        num_selected=_mean(
            len(s.selection.inds) for s in samples if 'selection' in s),
        gflops=_mean(
            sum(s.cost.values()) / 1e9 for s in samples if 'cost' in s))


def _is_right(sample: ActionDataSample) -> bool:
    label = sample.gt_label  # (1, ), or zeros and ones (num_classes, )
    predicted = sample.pred_score.argmax().item()
    return bool(label[predicted]) if len(label) > 1 else (
        predicted == label.item())


def _mean(values: Iterable[float]) -> Optional[float]:
    values = list(values)
    return sum(values) / len(values) if values else None


def table(rows: Sequence[dict]) -> str:
    """The report as text.

    Args:
        rows (Sequence[dict]): Entries ``configs`` of the report, the
            baseline first.

    Returns:
        str: One column a recognizer, with the spread in brackets.
    """
    drawn = Table(title='median of the repeats (smallest to largest)')
    drawn.add_column('')
    for number, row in enumerate(rows, 1):
        drawn.add_column(f'{number}: {row["name"]}', justify='right')
    for key, label in _ROWS.items():
        if all(row.get(key) is None for row in rows):
            continue
        factor = 100 if key in _PERCENT else 1
        drawn.add_row(label, *(_text(row.get(key), factor) for row in rows))
        if key in RATES and len(rows) > 1:
            drawn.add_row('  by that of 1', '', *(
                _text(row['ratios'].get(key)) for row in rows[1:]))
    console = Console(width=44 + 36 * len(rows))
    with console.capture() as capture:
        console.print(drawn)
    return capture.get()


def _text(value: object, factor: float = 1) -> str:
    """A number, or a median with its spread."""
    if value is None:
        return '-'
    if not isinstance(value, dict):
        return f'{value * factor:.4g}'
    low, middle, high = (
        f'{value[key] * factor:.3g}' for key in ('min', 'median', 'max'))
    return f'{middle} ({low} to {high})'
