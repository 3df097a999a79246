"""The page that a report is: one HTML file without anything beside it."""
import base64
from html import escape
from pathlib import PurePath
from typing import Callable, Dict, List, Sequence, Tuple

import cv2
import numpy as np
from report_data import Run, Video
from report_svg import Series, bars, histogram, line_chart

_JPEG_QUALITY = 85
_SHEET_WIDTH = 1280
_CURVE_POINTS = 60

# Nothing may be fetched, whatever stands in a file name or label.
_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';
 img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ --bg:#fff; --ink:#1c1c22; --faint:#6b6b76; --line:#e2e2e8;
 --panel:#f6f6f9; --a:#d97706; --b:#2563eb; --c:#059669; --d:#9333ea;
 --e:#dc2626; --f:#0891b2 }}
@media (prefers-color-scheme: dark) {{ :root {{ --bg:#18181c; --ink:#ececec;
 --faint:#9a9aa4; --line:#35353d; --panel:#222228; --a:#ffb000; --b:#60a5fa;
 --c:#34d399; --d:#c084fc; --e:#f87171; --f:#22d3ee }} }}
body {{ font:15px/1.5 system-ui,sans-serif; color:var(--ink);
 background:var(--bg); max-width:1200px; margin:0 auto; padding:24px }}
h1 {{ font-size:26px; margin:0 0 4px }} h2 {{ font-size:19px;
 margin:36px 0 10px }} p {{ margin:6px 0 }} .faint {{ color:var(--faint) }}
.facts,.charts {{ display:grid; gap:14px;
 grid-template-columns:repeat(auto-fit,minmax(150px,1fr)) }}
.charts {{ grid-template-columns:repeat(auto-fit,minmax(440px,1fr)) }}
.fact,figure {{ background:var(--panel); border-radius:8px; padding:12px 16px;
 margin:0 }} .fact b {{ display:block; font-size:22px }}
figcaption {{ font-weight:600; margin-bottom:8px }}
svg {{ width:100%; height:auto }} svg text {{ fill:var(--faint);
 font-size:12px }} svg .label {{ fill:var(--ink) }}
.grid {{ stroke:var(--line) }} .bar,.fill {{ fill:var(--b);
 background:var(--b) }} .line {{ fill:none; stroke-width:2 }}
.c0 {{ --k:var(--a) }} .c1 {{ --k:var(--b) }} .c2 {{ --k:var(--c) }}
.c3 {{ --k:var(--d) }} .c4 {{ --k:var(--e) }} .c5 {{ --k:var(--f) }}
.line {{ stroke:var(--k) }} .dot {{ fill:var(--k) }}
.key::before {{ content:''; display:inline-block; width:14px; height:4px;
 margin:0 6px 3px 0; background:var(--k) }} .key {{ margin-right:16px }}
table {{ border-collapse:collapse; width:100% }} th,td {{ text-align:left;
 padding:5px 10px; border-bottom:1px solid var(--line) }}
th[data-sort] {{ cursor:pointer; user-select:none }} td.wide {{ width:60% }}
th[aria-sort=ascending]::after {{ content:' \\25b2' }}
th[aria-sort=descending]::after {{ content:' \\25bc' }}
.number,th.number {{ text-align:right; font-variant-numeric:tabular-nums;
 white-space:nowrap }} .track {{ background:var(--line); height:12px }}
.fill {{ height:12px }} details {{ background:var(--panel);
 border-radius:8px; margin:8px 0; padding:8px 14px }}
summary {{ cursor:pointer; overflow-wrap:anywhere }}
img {{ max-width:100%; margin-top:10px; border-radius:4px }}
.good {{ color:var(--c) }} .bad {{ color:var(--e) }}
.scroll {{ max-height:560px; overflow:auto }}
</style></head><body>"""

_SCRIPT = """<script>
for (const head of document.querySelectorAll('th[data-sort]'))
  head.addEventListener('click', () => {
    const table = head.closest('table'), body = table.tBodies[0];
    const up = head.getAttribute('aria-sort') !== 'ascending';
    const column = [...head.parentNode.children].indexOf(head);
    const value = row => { const cell = row.children[column];
      return cell.dataset.value ?? cell.textContent; };
    const compare = (a, b) => head.dataset.sort === 'number' ?
      parseFloat(value(a)) - parseFloat(value(b)) :
      value(a).localeCompare(value(b));
    [...body.rows].sort((a, b) => (up ? 1 : -1) * compare(a, b))
      .forEach(row => body.append(row));
    for (const other of head.parentNode.children)
      other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
  });
document.querySelector('th[data-first]')?.click();
document.documentElement.dataset.ready = 'yes';
</script></body></html>
"""


def report_page(title: str, runs: Sequence[Run], num_shown: int,
                sheet: Callable[[Video], np.ndarray]) -> str:
    """Write the report.

    Args:
        title (str): Of the page.
        runs (Sequence[Run]): The first one is looked at in detail.
        num_shown (int): Easiest, and hardest, videos that are shown.
        sheet (Callable): Gives the sheet of a video, RGB uint8 ``(H, W,
            3)``, or None.

    Returns:
        str: HTML.
    """
    run = runs[0]
    truth = any(video.truth for video in run.videos)
    parts = [_HEAD.format(title=escape(title)),
             f'<h1>{escape(title)}</h1>', _summary(run)]
    parts.append('<h2>Accuracy and cost</h2><div class="charts">')
    parts += [f'<figure><figcaption>{escape(name)}</figcaption>{chart}'
              f'</figure>' for name, chart in _charts(runs, truth)]
    parts.append('</div>')
    parts += _examples(run, truth, num_shown, sheet)
    parts += ['<h2>Classes</h2>', _class_table(run, truth), _SCRIPT]
    return '\n'.join(parts)


def _summary(run: Run) -> str:
    """The figures on top."""
    videos = run.videos
    known = [video for video in videos if video.truth]
    facts = [('videos', f'{len(videos)}')]
    if known:
        of = '' if len(known) == len(videos) else (
            f' of the {len(known)} whose classes are known')
        facts.append((f'top-1{of}', f'{100 * _accuracy(known):.1f} %'))
    mean = np.mean([video.gflops for video in videos])
    selected = np.mean([video.num_selected for video in videos])
    candidates = np.mean([video.num_candidates for video in videos])
    facts += [('GFLOPs a video', f'{mean:.4g}'),
              ('selected of candidates',
               f'{selected:.3g} of {candidates:.3g}'),
              ('mean confidence',
               f'{np.mean([video.score for video in videos]):.3f}')]
    note = '' if known else (
        '<p class="faint">The right classes are unknown; give them with '
        '--ann-file to see accuracies.</p>')
    return note + '<div class="facts">' + ''.join(
        f'<div class="fact"><b>{value}</b>{name}</div>'
        for name, value in facts) + '</div>'


def _charts(runs: Sequence[Run], truth: bool) -> List[Tuple[str, str]]:
    """Captions and charts."""
    run, charts = runs[0], []
    known = [v for v in run.videos if v.truth]
    if truth and len(runs) > 1:
        # Both of the same videos, those that have an accuracy.
        known_of = [(r.name, [v for v in r.videos if v.truth]) for r in runs]
        charts.append(('Accuracy against cost, all runs', line_chart(
            [Series(name, [(np.mean([v.gflops for v in videos]),
                            100 * _accuracy(videos))], False)
             for name, videos in known_of if videos],
            'GFLOPs a video', 'top-1, %')))
    if truth:
        charts.append((
            'Accuracy of the surest videos alone', line_chart(
                [Series(r.name, _coverage(r.videos)) for r in runs
                 if any(v.truth for v in r.videos)],
                'share of the videos, %', 'top-1, %')))
    if truth and any(len(v.steps) > 1 for v in known):
        charts.append(('Accuracy after each step', line_chart(
            [Series(run.name, _by_step(known))],
            'frames or clips seen', 'top-1, %')))
    charts.append(('Cost of a video', histogram(
        [v.gflops for v in run.videos], 'GFLOPs', 'videos')))
    if len({v.num_selected for v in run.videos}) > 1:
        charts.append(('Selected of a video', histogram(
            [v.num_selected for v in run.videos],
            'frames, patches or clips', 'videos')))
    places = [p for v in run.videos for p in v.places]
    if places:
        charts.append(('Where in the video the selected ones lie', histogram(
            [100 * p for p in places], 'share of the length, %', 'selected',
            (0., 100.))))
    charts.append(('Mean cost of the components', bars(
        sorted(_component_costs(run.videos).items(), key=lambda x: -x[1]),
        'GFLOPs')))
    return charts


def _examples(run: Run, truth: bool, num_shown: int,
              sheet: Callable[[Video], np.ndarray]) -> List[str]:
    """The easiest and the hardest videos, with their sheets."""
    order = sorted(
        (v for v in run.videos if v.truth or not truth),
        key=lambda v: ((v.true_score or 0.) if truth else v.score, -v.score))
    hardest, easiest = order[:num_shown], order[::-1][:num_shown]
    by = ('probability of the right class' if truth else 'confidence')
    parts = []
    for name, videos in (('Hardest', hardest), ('Easiest', easiest)):
        parts.append(f'<h2>{name} videos</h2><p class="faint">By the {by}.'
                     f'</p>')
        parts += [_example(run, v, sheet(v), i == 0)
                  for i, v in enumerate(videos)]
    return parts


def _example(run: Run, video: Video, sheet: np.ndarray, is_open: bool) -> str:
    name = escape(PurePath(video.path).name or 'video')
    said = f'{escape(_name(run, video.label))} {video.score:.3f}'
    if video.truth:
        right = escape(', '.join(_name(run, i) for i in video.truth))
        mark = 'good' if video.is_right else 'bad'
        score = ('not among the best that were written'
                 if video.true_score is None else f'{video.true_score:.3f}')
        said = f'<span class="{mark}">{said}</span>, right: {right} {score}'
    picture = ('<p class="faint">There is no sheet of it; run infer with '
               '--sheets, or this tool with --draw.</p>' if sheet is None
               else f'<img alt="sheet of {name}" src="{_data_uri(sheet)}">')
    return (f'<details{" open" if is_open else ""}><summary><b>{name}</b> '
            f'{said}</summary><p class="faint">{escape(video.path)}, '
            f'{video.gflops:.4g} GFLOPs</p>{picture}</details>')


def _class_table(run: Run, truth: bool) -> str:
    """One row a class; of unlabelled videos, by what was predicted."""
    groups: Dict[int, List[Video]] = {}
    for video in run.videos:
        for label in video.truth if truth else (video.label, ):
            groups.setdefault(label, []).append(video)
    heads = [('class', 'text', ''), ('videos', 'number', '')]
    if truth:
        heads += [('top-1, %', 'number', ' data-first'),
                  ('most often mistaken for', 'text', '')]
    heads += [('mean confidence', 'number', ''),
              ('GFLOPs', 'number', ''), ('selected', 'number', '')]
    rows = ''.join(_class_row(run, label, videos, truth)
                   for label, videos in sorted(groups.items()))
    head = ''.join(
        f'<th class="{kind}" data-sort="{kind}"{extra}>{name}</th>'
        for name, kind, extra in heads)
    return (f'<div class="scroll"><table id="classes"><thead><tr>{head}</tr>'
            f'</thead><tbody>{rows}</tbody></table></div>')


def _class_row(run: Run, label: int, videos: List[Video],
               truth: bool) -> str:
    cells = [f'<td>{escape(_name(run, label))}</td>',
             f'<td class="number">{len(videos)}</td>']
    if truth:
        right = np.mean([v.is_right for v in videos])
        wrong = [v.label for v in videos if not v.is_right]
        worst = max(set(wrong), key=wrong.count) if wrong else None
        mistaken = '' if worst is None else (
            f'{escape(_name(run, worst))} ({wrong.count(worst)})')
        cells += [f'<td class="number">{100 * right:.1f}</td>',
                  f'<td>{mistaken}</td>']
    cells += [
        f'<td class="number">{np.mean([get(v) for v in videos]):.4g}</td>'
        for get in (lambda v: v.score, lambda v: v.gflops,
                    lambda v: v.num_selected)]
    return f'<tr>{"".join(cells)}</tr>'


def _accuracy(videos: Sequence[Video]) -> float:
    """Of the videos whose right classes are known, at least one."""
    return float(np.mean([v.is_right for v in videos if v.truth]))


def _coverage(videos: Sequence[Video]) -> List[Tuple[float, float]]:
    """Share of the videos, the surest first, and their accuracy."""
    known = sorted((v for v in videos if v.truth), key=lambda v: -v.score)
    means = np.cumsum([v.is_right for v in known]) / np.arange(
        1, len(known) + 1)
    least = min(max(len(known) // 20, 1), len(known))
    places = np.unique(np.linspace(
        least - 1, len(known) - 1, _CURVE_POINTS).astype(int))
    return [(100 * (i + 1) / len(known), 100 * means[i]) for i in places]


def _by_step(videos: Sequence[Video]) -> List[Tuple[float, float]]:
    """Steps, and accuracy after them; who left early keeps its class."""
    videos = [v for v in videos if v.steps]
    most = max(len(v.steps) for v in videos)
    return [(step + 1., 100 * float(np.mean([
        v.steps[min(step, len(v.steps) - 1)] in v.truth for v in videos])))
        for step in range(most)]


def _component_costs(videos: Sequence[Video]) -> Dict[str, float]:
    names = {name for v in videos for name in v.cost}
    return {name: float(np.mean([v.cost.get(name, 0.) for v in videos]))
            for name in names}


def _name(run: Run, label: int) -> str:
    return run.class_names.get(label, f'class {label}')


def _data_uri(sheet: np.ndarray) -> str:
    """A picture inside the page."""
    if sheet.shape[1] > _SHEET_WIDTH:
        height = round(sheet.shape[0] * _SHEET_WIDTH / sheet.shape[1])
        sheet = cv2.resize(sheet, (_SHEET_WIDTH, height),
                           interpolation=cv2.INTER_AREA)
    _, content = cv2.imencode('.jpg', sheet[..., ::-1],
                              [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return ('data:image/jpeg;base64,'
            + base64.b64encode(content.tobytes()).decode())
