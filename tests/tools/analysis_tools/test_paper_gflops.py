"""``paper_gflops.py``: the printed figures, and the search for settings."""
import importlib.util
import json
import sys
from types import ModuleType
from typing import Iterator

import pytest
from helpers import REPOSITORY, tiny_adafocus
from mmengine.fileio import load

TOOLS = REPOSITORY / 'tools/analysis_tools'
X3DS = ('ocsampler/ocsampler_mobilenetv2-tsm-x3d-s_4xb16-t10n4-50e-50e_'
        'anet-rgb.py')


@pytest.fixture(scope='module')
def tool() -> Iterator[ModuleType]:
    """The script as a module; it finds get_flops.py beside it."""
    sys.path.insert(0, str(TOOLS))
    spec = importlib.util.spec_from_file_location(
        'paper_gflops', TOOLS / 'paper_gflops.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(TOOLS))


def unknown_setting(**options) -> dict:
    """An entry to search, of networks that are traced in no time."""
    entry = dict(paper='P', table=1, row='R', config=X3DS, shapes=[64],
                 options={'model.skim_size': 32}, num_selected=[1, 20],
                 printed=1.)
    return dict(entry, **options)


def test_figures_of_table_5(tool, tmp_path, capsys):
    out, report = tmp_path / 'gflops.md', tmp_path / 'gflops.json'
    tool.main(['--rows', 'OCSampler Table 5',
               '--out', str(out), '--json', str(report)])
    rows = json.loads(report.read_text())
    assert [row['printed'] for row in rows['stated']] == [
        24.7, 25.6, 25.8, 26.4, 27.2]
    for row in rows['stated']:
        assert row['ours'] == pytest.approx(row['printed'], rel=0.01)
        assert row['difference'] == pytest.approx(
            row['ours'] / row['printed'] - 1)
    assert rows['searched'] == rows['implied'] == rows['executed'] == []
    text = out.read_text()
    assert text in capsys.readouterr().out
    assert ('| OCSampler Table 5 | 16 candidates | T=16, N=6 | 26.19 | 26.4 '
            '| -0.8% |') in text


@pytest.mark.parametrize('num_frames', [4, 13])
@pytest.mark.parametrize('counted', ['all', 'classifier'])
def test_search_finds_the_setting_of_a_figure(tool, num_frames, counted):
    entry = unknown_setting(counted=[counted])
    costs = tool.costs_of(entry, 64, num_selected=num_frames,
                          num_candidates=max(10, num_frames))
    printed = tool.gflops(costs, counted)
    row, = tool.searched_rows(dict(entry, printed=printed))
    assert row.ours == printed and row.difference == 0
    assert f'N={num_frames}, 64 px' in row.setting
    assert row.setting.startswith('T=') == (counted == 'all')


def test_search_over_candidates_and_further_readings(tool):
    entry = unknown_setting(
        num_selected=[4, 4], num_candidates=[4, 16], counted=['all'],
        readings=[dict(shape=96, num_selected=2, num_candidates=7,
                       counted='classifier')])
    costs = tool.costs_of(entry, 64, num_selected=4, num_candidates=14)
    entry['printed'] = tool.gflops(costs, 'all')
    found, reading = tool.searched_rows(entry)
    assert found.setting == 'T=14, N=4, 64 px' and found.difference == 0
    assert reading.setting == 'N=2, 96 px, classifier alone'
    assert reading.ours != found.ours


def test_implied_mean_number_of_frames(tool):
    entry = dict(
        paper='P', table=1, row='R', printed=1.,
        config='ocsampler_needle.py', shape=64)
    costs = tool.costs_of(entry, num_selected=2)
    printed = tool.gflops(costs, 'all')
    # Not exactly: the head runs once a clip, and is shared by its frames.
    assert tool.implied_row(
        dict(entry, printed=printed)).ours == pytest.approx(2, rel=1e-3)


def test_every_entry_has_its_config_and_note(tool):
    table = load(tool.TABLE)
    entries = table['stated'] + table['searched'] + table['implied']
    assert {e['printed'] for e in entries if e['paper'] != 'FASTER'} == {
        25.8, 21.7, 21.6, 17.5, 25.7, 26.8, 24.7, 25.6, 26.4, 27.2, 68.2,
        27.3, 593, 7.9, 17.9, 15.8,  # OCSampler
        26.6, 38.6, 23.5, 27.5, 33.7, 20.3,  # AdaFocus
        17.6, 27.0, 39.0, 24.8, 34.1, 46.1, 18.5}  # AdaFocusV2
    for entry in entries:
        assert (tool.CONFIGS / entry['config']).is_file(), entry
        assert not entry.get('note') or entry['note'] in table['notes']
    assert set(table['notes']) == {e['note'] for e in entries if 'note' in e}


def test_shipped_document_is_what_the_command_writes(tool):
    """Every row and note but the figures, which take minutes."""
    text = (REPOSITORY / 'docs/gflops.md').read_text()
    table = load(tool.TABLE)
    assert text.startswith(tool.HEADER)
    for title in (tool.STATED, tool.SEARCHED, tool.IMPLIED, tool.EXECUTED):
        assert title in text
    for entry in table['stated'] + table['searched'] + table['implied']:
        place = tool.origin(entry['paper'], entry['table'])
        assert f'| {place} | {entry["row"]}' in text
        assert f'| {entry["printed"]:g} |' in text
    for note in table['notes'].values():
        assert ' '.join(note.split()) in ' '.join(text.split())


def test_executed_patches(tool, tmp_path):
    """The share is that of the solved threshold, the cost what was run."""
    model = tiny_adafocus(
        size=224, kind='AdaFocusPlus',
        skip_policy=dict(type='SkipPolicy', in_channels=1280, feature_size=7,
                         encoder_channels=4, hidden_channels=8))
    config = tmp_path / 'config.py'
    config.write_text(f"""default_scope = 'mmaction'
model = {model}
""")
    costs = {}
    for ratio in (0.4, 0.8):
        row, = tool.executed_rows(dict(
            paper='P', table='Sec. 1', row='R', config=config,
            keep_ratios=[ratio]))
        assert row.origin == 'P, Sec. 1'
        assert row.setting == f'{5 * ratio:g} a video, {ratio:.0%}'
        costs[ratio] = row.ours
    assert costs[0.8] > costs[0.4]


def test_filter_by_name(tool):
    table = load(tool.TABLE)
    names = [e['row'] for e in tool.selected(
        table['stated'], ['ocsampler table 3'])]
    assert names == ['Mini-Sports1M', 'FCVID']
    assert tool.selected(table['stated'], None) == table['stated']
