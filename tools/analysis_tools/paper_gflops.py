"""Recompute the GFLOPs that the papers print, row by row.

Reads paper_gflops.yml: printed figures, and configs and options that give
them. Traces every row's networks, needs no data and no weights.
"""
import argparse
import json
from functools import lru_cache
from pathlib import Path
from textwrap import fill
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

from get_flops import measure_costs
from mmengine.config import Config
from mmengine.fileio import load
from paper_gflops_text import EXECUTED, HEADER, IMPLIED, SEARCHED, STATED
from skipped_patches import executed_cost

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.input_shape import input_shape

TABLE = Path(__file__).with_suffix('.yml')
CONFIGS = Path(__file__).resolve().parents[2] / 'configs'


class Row(NamedTuple):
    """A figure of a paper and its counterpart here.

    Attributes:
        paper (str): Name of the method whose paper it is.
        table (str): Number of the table there, or another place.
        row (str): What the row is called, and the data set.
        setting (str): What was computed.
        ours (float): GFLOPs per video; for implied rows frames per video.
        printed (float): The paper's GFLOPs per video.
        note (str): Key of a note, or nothing.
    """
    paper: str
    table: str
    row: str
    setting: str
    ours: float
    printed: float
    note: str

    @property
    def origin(self) -> str:
        """Where the figure stands."""
        return origin(self.paper, self.table)

    @property
    def difference(self) -> float:
        """Ours less the paper's, as a share of the paper's."""
        return self.ours / self.printed - 1


def origin(paper: str, table: Union[int, str]) -> str:
    """Method and place; a table goes by its number."""
    numbered = str(table)[0].isdigit()
    return f'{paper} Table {table}' if numbered else f'{paper}, {table}'


def make_row(entry: dict, setting: str, ours: float) -> Row:
    """The row of an entry of the YAML file."""
    return Row(entry['paper'], str(entry['table']), entry['row'], setting,
               ours, float(entry['printed']), entry.get('note', ''))


@lru_cache(maxsize=None)
def _costs(config: str, options: str,
           shape: Optional[int]) -> Dict[str, ComponentCost]:
    """Cost by component; ``options`` as JSON."""
    cfg = read_config(str(CONFIGS / config), json.loads(options))
    height, width = input_shape(cfg, [shape] if shape else None)
    return measure_costs(cfg, height, width)


def costs_of(entry: dict, shape: Optional[int] = None,
             num_selected: Optional[int] = None,
             num_candidates: Optional[int] = None) -> Dict[str, ComponentCost]:
    """Cost by component of an entry's config.

    Args:
        entry (dict): ``config`` and perhaps ``options`` and ``shape``.
        shape (int, optional): Side of the input, px, instead of the entry's.
        num_selected (int, optional): N instead of the config's.
        num_candidates (int, optional): T instead of the config's.

    Returns:
        dict[str, ComponentCost]: Cost by component, per video.
    """
    options = dict(entry.get('options', {}))
    if num_selected:
        options['model.num_selected'] = num_selected
    if num_candidates:
        options['model.num_candidates'] = num_candidates
    return _costs(entry['config'], json.dumps(options),
                  shape or entry.get('shape'))


def gflops(costs: Dict[str, ComponentCost], counted: str) -> float:
    """GFLOPs per video of ``'all'`` components or of one."""
    return sum(cost.macs for name, cost in costs.items()
               if counted in ('all', name)) / 1e9


def stated_row(entry: dict) -> Row:
    """What the known setting costs."""
    return make_row(entry, entry['setting'], gflops(costs_of(entry), 'all'))


def nearest_setting(entry: dict, shape: int,
                    counted: str) -> Tuple[int, int]:
    """Number of frames and candidates whose cost is nearest to the figure.

    Takes the cost to grow evenly with both, as it does for networks that
    never shorten a clip: two measurements tell all. The caller measures the
    setting that is found.

    Args:
        entry (dict): An entry of ``searched``.
        shape (int): Side of the input, px.
        counted (str): ``'all'`` or ``'classifier'``.

    Returns:
        tuple[int, int]: N and T.
    """
    one, two = (costs_of(entry, shape, num_selected=n) for n in (1, 2))
    first, second = (gflops(c, 'classifier') for c in (one, two))
    default = Config.fromfile(CONFIGS / entry['config']).model.num_candidates
    candidate = (gflops(one, 'all') - first) / default

    def settings() -> Iterator[Tuple[int, int]]:
        lowest, highest = entry['num_selected']
        for n in range(lowest, highest + 1):
            least, most = entry.get('num_candidates',
                                    [max(n, default)] * 2)
            yield from ((n, t) for t in range(max(n, least), most + 1))

    def distance(setting: Tuple[int, int]) -> float:
        n, t = setting
        cost = first + (n - 1) * (second - first)
        cost += t * candidate if counted == 'all' else 0
        return abs(cost - entry['printed'])

    return min(settings(), key=distance)


def searched_rows(entry: dict) -> Iterator[Row]:
    """The nearest settings at every size, then the other readings."""
    readings = []
    for shape in entry['shapes']:
        for counted in entry.get('counted', ['all', 'classifier']):
            n, t = nearest_setting(entry, shape, counted)
            readings.append(dict(num_selected=n, num_candidates=t,
                                 shape=shape, counted=counted))
    for reading in readings + entry.get('readings', []):
        n, t = reading['num_selected'], reading['num_candidates']
        costs = costs_of(entry, reading['shape'], num_selected=n,
                         num_candidates=t)
        side = reading['shape']
        setting = (f'T={t}, N={n}, {side} px' if reading['counted'] == 'all'
                   else f'N={n}, {side} px, classifier alone')
        yield make_row(entry, setting, gflops(costs, reading['counted']))


def implied_row(entry: dict) -> Row:
    """Mean number of frames that the figure leaves for a component."""
    costs = costs_of(entry)
    component = entry.get('component', 'classifier')
    rest = gflops(costs, 'all') - gflops(costs, component)
    frame = costs[component].unit_macs / 1e9
    return make_row(entry, f'{rest:.2f} + N x {frame:.2f}',
                    (entry['printed'] - rest) / frame)


def executed_rows(entry: dict) -> Iterator[Row]:
    """What a model that skips frames really computes, for every ratio."""
    for ratio in entry['keep_ratios']:
        kept, ours = executed_cost(CONFIGS / entry['config'], ratio)
        yield make_row(dict(entry, printed='nan'),
                       f'{kept:g} a video, {ratio:.0%}', ours / 1e9)


def selected(entries: List[dict], names: Optional[List[str]]) -> List[dict]:
    """The entries that contain one of the names, or all of them."""
    return [e for e in entries if not names or any(
        name.lower() in f'{origin(e["paper"], e["table"])} {e["row"]}'.lower()
        for name in names)]


def compute(table: dict,
            names: Optional[List[str]] = None) -> Dict[str, List[Row]]:
    """All rows by section.

    Args:
        table (dict): What the YAML file holds.
        names (list[str], optional): Parts of the rows' names; by default all
            rows.

    Returns:
        dict[str, list[Row]]: ``stated``, ``searched``, ``implied`` and
        ``executed``.
    """
    stated, searched, implied, executed = (
        selected(table[key], names)
        for key in ('stated', 'searched', 'implied', 'executed'))
    return dict(
        stated=[stated_row(e) for e in stated],
        searched=[row for e in searched for row in searched_rows(e)],
        implied=[implied_row(e) for e in implied],
        executed=[row for e in executed for row in executed_rows(e)])


def markdown(rows: Dict[str, List[Row]], notes: Dict[str, str]) -> str:
    """The document: a table a section, then the notes that rows refer to."""
    used = {row.note for section in rows.values() for row in section}
    order = [key for key in notes if key in used]

    def table(section: List[Row], columns: List[str],
              figures: Iterator[List[str]]) -> str:
        lines = [columns, ['---'] * len(columns)]
        for row, cells in zip(section, figures):
            mark = f' [{order.index(row.note) + 1}]' if row.note else ''
            lines.append([row.origin, row.row + mark, row.setting, *cells])
        return ''.join(f'| {" | ".join(line)} |\n' for line in lines)

    text = HEADER
    columns = ['table', 'row', 'setting', 'ours', 'paper', 'difference']
    for key, title in (('stated', STATED), ('searched', SEARCHED)):
        if rows[key]:
            text += f'{title}\n' + table(rows[key], columns, (
                [f'{r.ours:.2f}', f'{r.printed:g}', f'{r.difference:+.1%}']
                for r in rows[key]))
    if rows['implied']:
        text += f'{IMPLIED}\n' + table(
            rows['implied'], ['table', 'row', 'cost', 'paper', 'mean N'],
            ([f'{r.printed:g}', f'{r.ours:.2f}'] for r in rows['implied']))
    if rows['executed']:
        text += f'{EXECUTED}\n' + table(
            rows['executed'], ['place', 'row', 'patches', 'GFLOPs'],
            ([f'{r.ours:.2f}'] for r in rows['executed']))
    if order:
        text += '\n## Notes\n\n' + ''.join(
            fill(f'{i}. {notes[key]}', 79, subsequent_indent='   ') + '\n'
            for i, key in enumerate(order, 1))
    return text


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--rows', nargs='+', metavar='NAME',
        help='only rows whose "PAPER Table NUMBER ROW" contains one of these')
    parser.add_argument('--out', help='write the document to this file, too')
    parser.add_argument('--json', help='write the figures to this file, too')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Compute, print and write the rows."""
    args = parse_args(argv)
    table = load(TABLE)
    rows = compute(table, args.rows)
    text = markdown(rows, table['notes'])
    print(text)
    if args.out:
        Path(args.out).write_text(text, encoding='utf-8')
    if args.json:
        report = {key: [dict(row._asdict(), difference=row.difference)
                        for row in section] for key, section in rows.items()}
        for row in report['implied'] + report['executed']:
            del row['difference']
        for row in report['executed']:
            del row['printed']
        Path(args.json).write_text(
            json.dumps(report, indent=2) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
