"""``report.py``: a page of a run, looked at in a real browser."""
import importlib
import json
import pickle
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from typing import List

import cv2
import numpy as np
import pytest
import torch
from helpers import REPOSITORY, tiny_config
from helpers_infer import write_recognizer
from mmengine.runner import Runner

TOOLS = REPOSITORY / 'tools/analysis_tools'
MODULES = ('report', 'report_page', 'report_data', 'report_svg',
           'dump_file')
EVIL = '<img src=x onerror=alert(1)>'


@pytest.fixture
def report(monkeypatch):
    """The script as a module."""
    monkeypatch.syspath_prepend(str(TOOLS))
    for name in MODULES:
        sys.modules.pop(name, None)
    yield importlib.import_module('report')
    for name in MODULES:
        sys.modules.pop(name, None)


def record(name: str, scores: List[float], steps: List[int] = (),
           cost: float = 1e9, **more) -> dict:
    order = np.argsort(scores)[::-1].tolist()
    return dict(
        path=f'videos/{name}', total_frames=10, start_index=0, unit='frame',
        frame_inds=[1, 8], candidate_frame_inds=[1, 4, 8],
        pred_label=order[0], cost=dict(policy=cost, classifier=3 * cost),
        top=[dict(label=i, score=scores[i]) for i in order],
        steps=[dict(label=i, score=.5) for i in steps], **more)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Ten videos of two classes; class 1 is mistaken twice."""
    cv2.imwrite(str(tmp_path / 's.png'), np.full((40, 60, 3), 128, np.uint8))
    lines = [record(f'good{i}.mp4', [.9 - i / 20, .1 + i / 20], [1, 0],
                    1e9 + i * 1e8) for i in range(6)]
    lines += [record('right.mp4', [.3, .7], [1, 1], sheet='s.png'),
              record('right2.mp4', [.2, .8], [0, 1]),
              record(f'{EVIL[:13]}.mp4', [.99, .01], [0, 0], sheet='s.png'),
              record('wrong2.mp4', [.6, .4], [0, 0])]
    path = tmp_path / 'results.jsonl'
    path.write_text(''.join(json.dumps(line) + '\n' for line in lines))
    (tmp_path / 'list.txt').write_text(''.join(
        f'{line["path"].split("/")[1]}\t{int(i >= 6)}\n'
        for i, line in enumerate(lines)))
    (tmp_path / 'names.txt').write_text(f'still\n{EVIL}\n')
    return path


def make(report, results: Path, *options: str) -> str:
    out = results.parent / 'new/report.html'
    assert report.main([
        str(results), '--ann-file', str(results.parent / 'list.txt'),
        '--delimiter', '\t', '--labels', str(results.parent / 'names.txt'),
        '--out', str(out), *options]) == 0
    return out.read_text()


def test_figures(report, results: Path):
    page = make(report, results)
    assert '<b>80.0 %</b>top-1' in page and '<b>10</b>videos' in page
    mean = np.mean([4 * (1 + i / 10) for i in range(6)] + [4] * 4)
    assert f'<b>{mean:.4g}</b>GFLOPs a video' in page
    rows = re.findall(r'<tr>(<td>.*?)</tr>',
                      page.split('id="classes"')[1])
    cells = [re.findall(r'<td[^>]*>(.*?)</td>', row) for row in rows]
    assert cells[0][:4] == ['still', '6', '100.0', '']
    assert cells[1][:4] == [escape(EVIL), '4', '50.0', 'still (2)']
    shown = re.findall(r'<summary><b>(.*?)</b>', page)
    assert shown[:2] == [escape(f'{EVIL[:13]}.mp4'), 'wrong2.mp4']
    assert shown[6] == 'good0.mp4'  # the easiest
    assert len(shown) == 12
    for caption in ('Accuracy of the surest', 'Accuracy after each step',
                    'Cost of a video', 'Where in the video'):
        assert caption in page


def test_nothing_is_fetched_and_nothing_breaks_out(report, results: Path):
    page = make(report, results, '--title', EVIL)
    assert EVIL not in page and escape(EVIL) in page
    fetched = re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)', page)
    assert all(a.startswith('data:image/jpeg;base64,') for a, _ in fetched)
    assert "default-src 'none'" in page and 'http://' not in page


def test_several_runs_are_compared(report, results: Path):
    other = results.parent / 'uniform.jsonl'
    other.write_text(results.read_text())
    page = make(report, results, str(other))
    chart = page.split('Accuracy against cost, all runs')[1]
    chart = chart.split('</figure')[0]
    assert chart.count('<circle') == 2 and 'uniform' in chart


def test_cost_and_accuracy_are_of_the_same_videos(report, results: Path,
                                                  monkeypatch):
    """Those of known classes; here they cost less."""
    charts = {}
    monkeypatch.setattr(
        sys.modules['report_page'], 'line_chart',
        lambda series, x, y: charts.setdefault((x, y), series) and '')
    labels = results.parent / 'list.txt'
    labels.write_text('right.mp4\t1\nwrong2.mp4\t1\n')
    other = results.parent / 'uniform.jsonl'
    other.write_text(results.read_text())
    make(report, results, str(other))
    assert [series.points for series in charts['GFLOPs a video', 'top-1, %']
            ] == [[(4., 50.)]] * 2


def test_blank_lines_and_a_dot_before_a_path(report, results: Path):
    page = make(report, results)
    lines = results.read_text().splitlines()
    results.write_text('\n\n'.join(lines) + '\n \n')
    labels = results.parent / 'list.txt'
    labels.write_text(''.join(
        f'./{line}\n' for line in labels.read_text().splitlines()))
    assert make(report, results) == page


def test_a_list_of_other_videos_is_an_error(report, results: Path, capsys):
    other = results.parent / 'other.jsonl'
    other.write_text(results.read_text().replace('videos/', 'elsewhere/x'))
    with pytest.raises(AssertionError):
        make(report, results, str(other))
    assert 'no video of other is in' in capsys.readouterr().err


def test_a_run_without_right_classes_has_no_accuracy(report, results: Path):
    """Its own labels let the first run have one."""
    rows = [dict(filename=f'{i}.mp4', pred_score=np.float32([.2, .8]),
                 cost=dict(classifier=1e9),
                 selection=dict(inds=[0], num_candidates=2)) for i in '12']
    for name, more in (('known', dict(gt_label=[1])), ('unknown', {})):
        path = results.parent / f'{name}.pkl'
        path.write_bytes(pickle.dumps([dict(row, **more) for row in rows]))
    out = results.parent / 'r.html'
    assert report.main([str(results.parent / 'known.pkl'),
                        str(results.parent / 'unknown.pkl'),
                        '--out', str(out)]) == 0
    chart = out.read_text().split('Accuracy against cost, all runs')[1]
    assert chart.split('</figure')[0].count('<circle') == 1


def test_dumped_videos_of_several_labels(report, results: Path):
    """Theirs are zeros and ones, not the numbers of classes."""
    rows = [dict(filename=f'{i}.mp4', pred_score=np.float32([.6, .2, .2]),
                 cost=dict(classifier=1e9), gt_label=torch.tensor(label),
                 selection=dict(inds=[0], num_candidates=2))
            for i, label in enumerate([[0., 1., 1.], [1., 0., 1.]])]
    path = results.parent / 'several.pkl'
    path.write_bytes(pickle.dumps(rows))
    out = results.parent / 'r.html'
    assert report.main([str(path), '--out', str(out)]) == 0
    assert '<b>50.0 %</b>top-1' in out.read_text()


def test_labels_of_another_data_set(report, results: Path, capsys):
    path = results.parent / 'dump.pkl'
    path.write_bytes(pickle.dumps([dict(
        filename='v.mp4', pred_score=np.float32([.6, .4]),
        cost=dict(classifier=1e9), gt_label=[1],
        selection=dict(inds=[0], num_candidates=2))]))
    labels = results.parent / 'other.txt'
    labels.write_text('v.mp4 2\n')
    assert report.main([str(path), '--out', str(results.parent / 'r.html'),
                        '--ann-file', str(labels)]) == 2
    assert 'v.mp4 has the label 2, but the run knows 2 classes' in (
        capsys.readouterr().err)


def test_names_that_are_no_text(report, results: Path, capsys):
    with results.open('a') as file:
        file.write(json.dumps(record('\udcff.mp4', [.9, .1])) + '\n')
    out = results.parent / 'r.html'
    assert report.main([str(results), '--out', str(out)]) == 0
    assert '\\udcff.mp4' in out.read_text()
    assert report.main([str(results), '--out', '/proc/r.html']) == 2
    assert '/proc/r.html cannot be written' in capsys.readouterr().err


def test_few_right_classes_are_said_to_be_few(report, results: Path):
    labels = results.parent / 'list.txt'
    labels.write_text('wrong2.mp4\t1\n')
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    for line in lines:
        del line['top'][1:]
    results.write_text(''.join(json.dumps(line) + '\n' for line in lines))
    page = make(report, results)
    assert '<b>0.0 %</b>top-1 of the 1 whose classes are known' in page
    assert f'right: {escape(EVIL)} not among the best' in page


def test_without_right_classes(report, results: Path, tmp_path: Path):
    out = tmp_path / 'r.html'
    assert report.main([str(results), '--out', str(out)]) == 0
    page = out.read_text()
    assert 'give them with --ann-file' in page and 'top-1' not in page


def test_dump_of_a_test_run(report, ann_file: Path, tmp_path: Path):
    """The same top-1 and cost as the metrics; sheets drawn on demand."""
    config, weights = write_recognizer(tmp_path)
    cfg = tiny_config(ann_file, tmp_path / 'run')
    cfg.load_from = weights
    cfg.test_evaluator.append(dict(
        type='DumpResults', out_file_path=str(tmp_path / 'dump.pkl')))
    metrics = Runner.from_cfg(cfg).test()
    out = tmp_path / 'r.html'
    assert report.main([str(tmp_path / 'dump.pkl'), '--out', str(out),
                        '--num-shown', '1', '--draw', config, weights]) == 0
    page = out.read_text()
    assert f'<b>{100 * metrics["acc/top1"]:.1f} %</b>top-1' in page
    assert f'<b>{metrics["cost/gflops"]:.4g}</b>GFLOPs' in page
    assert page.count('data:image/jpeg') == 2


@pytest.mark.parametrize('arguments,message', [
    (['gone.jsonl'], 'result file gone.jsonl does not exist'),
    (['empty.jsonl'], 'has no recognised video'),
    (['other.pkl'], 'has no pred_score'),
    (['text.jsonl'], 'text.jsonl, line 1 is no JSON'),
    (['text.pkl'], 'text.pkl is no dump of samples'),
    (['number.pkl'], 'number.pkl holds no list of samples'),
    (['code.pkl'], 'it names builtins.exec'),
    (['nan.jsonl'], 'the score of videos/v.mp4 is nan'),
])
def test_what_is_wrong(report, tmp_path, monkeypatch, capsys, arguments,
                       message):
    monkeypatch.chdir(tmp_path)
    Path('empty.jsonl').touch()
    Path('nan.jsonl').write_text(
        json.dumps(record('v.mp4', [np.nan, np.nan])) + '\n')
    Path('text.jsonl').write_text('text\n')
    Path('text.pkl').write_text('text\n')
    Path('number.pkl').write_bytes(pickle.dumps(3))
    Path('code.pkl').write_bytes(
        b"cbuiltins\nexec\n(Vopen('run', 'w')\ntR.")
    Path('other.pkl').write_bytes(pickle.dumps([dict(pred=1)]))
    assert report.main([*arguments, '--out', 'r.html']) == 2
    assert message in capsys.readouterr().err
    assert not Path('run').exists()


def test_in_a_browser(report, results: Path, tmp_path: Path):
    """The script runs, sorts the classes, and nothing is reported."""
    browser = next(filter(None, map(shutil.which, (
        'chromium', 'chromium-browser', 'google-chrome', 'chrome'))), None)
    if browser is None:
        pytest.skip('no browser is installed; apt-get install chromium')
    make(report, results)
    found = subprocess.run(
        [browser, '--headless', '--no-sandbox', '--disable-gpu',
         '--enable-logging=stderr', f'--user-data-dir={tmp_path}/b',
         '--virtual-time-budget=2000', '--dump-dom',
         f'file://{results.parent}/new/report.html'],
        capture_output=True, text=True, timeout=120, check=False)
    assert 'CONSOLE' not in found.stderr, found.stderr
    dom = found.stdout
    assert 'data-ready="yes"' in dom
    classes = dom.split('id="classes"')[1]
    # The hardest class first; it is the second one of the file.
    assert classes.index('50.0') < classes.index('100.0')
    assert 'aria-sort="ascending"' in classes


def test_labels_of_names_with_other_ends_of_lines(report, tmp_path) -> None:
    names = [f'a{character}b.mp4' for character in '\u2028\x85\x0b\x0c']
    (tmp_path / 'list.txt').write_bytes(
        ''.join(f'{name} 1\r\n' for name in names).encode())
    assert report.read_labels(str(tmp_path / 'list.txt')) == dict.fromkeys(
        names, (1, ))
