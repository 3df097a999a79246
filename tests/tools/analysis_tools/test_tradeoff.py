"""``tradeoff.py``: its points, their figures, and going on after a stop."""
import csv
import json
from pathlib import Path

import pytest
import torch
from helpers import (enliven, pipeline, tiny_adafocus, tiny_config,
                     tiny_ocsampler)
from helpers_adafocus_v2 import tiny_adafocus_v2
from mmaction.registry import MODELS
from mmengine.config import Config


@pytest.fixture
def tool(analysis_tool):
    return analysis_tool('tradeoff')


@pytest.fixture
def points(analysis_tool):
    return analysis_tool('tradeoff_points')


@pytest.fixture
def trained(tmp_path: Path, ann_file: Path):
    """Write config and checkpoint of a tiny recognizer; give both paths."""

    def write(name: str, model: dict) -> tuple:
        cfg = tiny_config(ann_file, tmp_path, model=model)
        cfg.test_pipeline = pipeline(model['num_candidates'])
        cfg.dump(tmp_path / f'{name}.py')
        torch.manual_seed(0)
        recognizer = MODELS.build(model)
        enliven(recognizer)
        torch.save(dict(state_dict=recognizer.state_dict()),
                   tmp_path / f'{name}.pth')
        return str(tmp_path / f'{name}.py'), str(tmp_path / f'{name}.pth')

    return write


def change(config: str, **settings: object) -> None:
    """Rewrite a config with other settings."""
    cfg = Config.fromfile(config)
    for name, value in settings.items():
        cfg[name] = value
    cfg.dump(config)


def rows_of(out: Path) -> list:
    with out.with_name(f'{out.name}.csv').open(newline='') as file:
        return list(csv.DictReader(file))


def test_sweep_and_baseline(tool, trained, tmp_path, capsys):
    config, checkpoint = trained('tiny', tiny_ocsampler())
    out = tmp_path / 'out' / 'curve'
    tool.main([config, '--checkpoints', checkpoint, '--sweep', 'N=1,3,9',
               '--out', str(out), '--repeats', '1'])
    printed = capsys.readouterr().out
    assert 'left out: tiny N=9: num_selected must be between' in printed
    rows = rows_of(out)
    assert [(r['curve'], r['label'], r['num_selected']) for r in rows] == [
        ('tiny', 'N=1', '1.0'), ('tiny', 'N=3', '3.0'),
        ('tiny: uniform frames', '1', '1.0'),
        ('tiny: uniform frames', '3', '3.0')]
    gflops = [float(r['gflops']) for r in rows]
    # Skimming costs the same for all N; the baseline does not skim.
    assert gflops[1] - gflops[0] == pytest.approx(gflops[3] - gflops[2])
    assert gflops[0] > gflops[2] > 0
    for row in rows:
        assert float(row['ms_per_video']) > 0
        assert row['num_videos'] == '8'
        assert row['accuracy'] == row['acc/top1']
    assert out.with_name('curve.png').stat().st_size > 10_000

    lines = out.with_name('curve.jsonl')
    before = lines.read_text()
    lines.write_text(before + '{"half')
    tool.main([config, '--checkpoints', checkpoint, '--sweep', 'N=1,2',
               '--out', str(out), '--repeats', '1', '--no-baseline'])
    printed = capsys.readouterr().out
    assert 'N=1, measured before' in printed
    assert 'N=2, measured before' not in printed
    assert lines.read_text().startswith(before)
    assert len(lines.read_text().splitlines()) == 5
    assert [r['label'] for r in rows_of(out)] == ['N=1', 'N=2']
    assert rows_of(out)[0] == rows[0]


@pytest.mark.parametrize('options,values', [
    ([], [1, 2, 3, 4, 6, 8, 12, 16]), (['--baseline', '2', '5'], [2, 5]),
    (['--no-baseline'], []), (['--baseline'], [])])
def test_values_of_the_baseline(tool, options, values):
    args = ['c.py', '--checkpoints', 'w.pth', *options]
    assert tool.parse_args(args).baseline == values


def test_same_figures_as_the_test_loop(tool, trained, tmp_path):
    """Of T, videos that do not fit into memory, and a part of them."""
    from mmengine.runner import Runner
    config, checkpoint = trained('tiny', tiny_ocsampler(5, 2))
    out = tmp_path / 'curve'
    tool.main([config, '--checkpoints', checkpoint, '--sweep', 'T=4',
               '--out', str(out), '--memory', '0', '--no-baseline',
               '--batch-size', '3'])
    row, = rows_of(out)
    cfg = Config.fromfile(config)
    cfg.model.num_candidates = 4
    cfg.test_dataloader.dataset.pipeline = pipeline(4)
    cfg.load_from, cfg.custom_hooks = checkpoint, None
    metrics = Runner.from_cfg(cfg).test()
    assert float(row['accuracy']) == pytest.approx(metrics['acc/top1'])
    assert float(row['gflops']) == pytest.approx(metrics['cost/gflops'])


def test_a_matrix_is_no_accuracy(tool, trained, tmp_path):
    config, checkpoint = trained('tiny', tiny_ocsampler())
    change(config, test_evaluator=[
        dict(type='ConfusionMatrix', num_classes=3), dict(type='AccMetric'),
        dict(type='CostMetric')])
    arguments = [
        config, '--checkpoints', checkpoint, '--out', str(tmp_path / 'curve'),
        '--repeats', '1', '--no-baseline']
    tool.main(arguments)
    row, = rows_of(tmp_path / 'curve')
    assert row['accuracy'] == row['acc/top1']
    matrix = json.loads(row['confusion_matrix/result'])
    assert [len(counts) for counts in matrix] == [3] * 3
    with pytest.raises(ValueError, match='no metric confusion_matrix/result '
                       'that is a number, only acc/top1'):
        tool.main([*arguments, '--metric', 'confusion_matrix/result'])


def test_an_accuracy_of_nan_is_drawn(tool, trained, tmp_path, monkeypatch):
    config, checkpoint = trained('tiny', tiny_ocsampler())
    monkeypatch.setattr(tool.Bench, 'measure', lambda *args: dict(
        metrics={'acc/top1': None, 'cost/gflops': 1., 'cost/num_selected': 1.},
        num_videos=8, ms_per_video=1., processor_ms_per_video=1.,
        includes_decoding=False))
    tool.main([config, '--checkpoints', checkpoint, '--no-baseline', '--out',
               str(tmp_path / 'curve')])
    assert rows_of(tmp_path / 'curve')[0]['accuracy'] == 'nan'


def test_other_weights_are_another_point(tool, trained, tmp_path, capsys):
    config, checkpoint = trained('tiny', tiny_ocsampler())
    arguments = [f'name={config}', '--checkpoints', checkpoint, '--out',
                 str(tmp_path / 'curve'), '--repeats', '1', '--no-baseline',
                 '--num-videos', '3']
    tool.main(arguments)
    assert rows_of(tmp_path / 'curve')[0]['num_videos'] == '3'
    assert rows_of(tmp_path / 'curve')[0]['curve'] == 'name'
    state = torch.load(checkpoint)
    state['state_dict']['policy.projection.bias'] += 1
    torch.save(state, checkpoint)
    capsys.readouterr()
    tool.main(arguments)
    assert 'measured before' not in capsys.readouterr().out


def test_exits_solved_for_a_budget(tool, trained, tmp_path):
    model = tiny_adafocus_v2()
    config, checkpoint = trained('exits', model)
    costs = MODELS.build(model).component_costs(32, 32).values()
    frame = sum(c.macs for c in costs) / 1e9 / model['num_candidates']
    out = tmp_path / 'curve'
    tool.main([config, '--checkpoints', checkpoint, '--sweep',
               f'exit_gflops={2 * frame}', '--out', str(out),
               '--baseline', '1', '2', '--repeats', '1'])
    exits, first, second = rows_of(out)
    assert frame <= float(exits['gflops']) <= 2 * frame + 1e-12
    assert [float(first['gflops']), float(second['gflops'])] == (
        pytest.approx([frame, 2 * frame]))
    assert first['curve'] == 'exits: fixed length'


def test_keep_ratio_is_solved(tool, trained, tmp_path):
    config, checkpoint = trained('skips', tiny_adafocus(
        kind='AdaFocusPlus', skip_policy=dict(
            type='SkipPolicy', in_channels=1280, feature_size=1,
            encoder_channels=4, hidden_channels=8)))
    out = tmp_path / 'curve'
    tool.main([config, '--checkpoints', checkpoint, '--sweep',
               'keep_ratio=0.2,1', '--out', str(out), '--baseline', '5',
               '--repeats', '1'])
    few, all_frames, baseline = rows_of(out)
    # The validation set, on which it is solved, is the test set here.
    assert float(few['num_selected']) == pytest.approx(1, abs=0.3)
    assert float(all_frames['num_selected']) == 5
    assert baseline['accuracy'] == all_frames['accuracy']
    assert float(baseline['gflops']) < float(all_frames['gflops'])


def test_sweeps_hold_where_they_fit(points):
    ocsampler = Config(dict(model=tiny_ocsampler()))
    adafocus = Config(dict(model=tiny_adafocus()))
    for key, fits in (('model.num_selected', (True, False)),
                      ('model.patch_size', (False, True)),
                      ('model.policy.in_channels', (True, True)),
                      ('exit_gflops', (False, False)),
                      ('model.nothing.at_all', (False, False))):
        assert (points.fits(ocsampler, key),
                points.fits(adafocus, key)) == fits, key


def test_last_sweep_runs_along_the_curve(points):
    sweeps = [points.parse_sweep('T=4,5'), points.parse_sweep('N=1,2'),
              points.parse_sweep('P=8')]
    found = points.points_of('a', 'a.py', 'a.pth',
                             Config(dict(model=tiny_ocsampler())), sweeps)
    assert [(p.curve, p.label) for p in found] == [
        ('a, T=4', 'N=1'), ('a, T=4', 'N=2'), ('a, T=5', 'N=1'),
        ('a, T=5', 'N=2')]
    assert found[2].settings == {
        'model.num_candidates': 5, 'model.num_selected': 1}


def test_values(points):
    assert points.parse_sweep('clip_pattern=1:0, 0:1, 3').values == [
        '1:0', '0:1', 3]
    for text in ('N', 'N=', '=1', 'N=1,,2'):
        with pytest.raises(ValueError, match='a sweep is KEY=VALUE'):
            points.parse_sweep(text)


def test_sweep_that_fits_nothing(tool, trained, tmp_path):
    config, checkpoint = trained('tiny', tiny_ocsampler())
    with pytest.raises(ValueError, match='--sweep P fits none'):
        tool.main([config, '--checkpoints', checkpoint, '--sweep', 'P=8',
                   '--out', str(tmp_path / 'curve')])
    assert not list(tmp_path.glob('curve*'))


def test_without_a_validation_set(tool, trained, tmp_path):
    config, checkpoint = trained('tiny', tiny_ocsampler())
    change(config, val_dataloader=None, val_evaluator=None, val_cfg=None)
    tool.main([config, '--checkpoints', checkpoint, '--repeats', '1', '--out',
               str(tmp_path / 'curve'), '--no-baseline'])
    assert len(rows_of(tmp_path / 'curve')) == 1
    config, checkpoint = trained('exits', tiny_adafocus_v2())
    change(config, val_dataloader=None)
    with pytest.raises(ValueError, match='exits.py has no val_dataloader, on '
                       'which exit_gflops is solved for; add one'):
        tool.main([config, '--checkpoints', checkpoint, '--sweep',
                   'exit_gflops=1', '--out', str(tmp_path / 'exits')])


@pytest.mark.parametrize('evaluator', [
    dict(type='AccMetric'), None,
    [dict(type='AccMetric'), dict(type='CostMetric', prefix='other')]])
def test_without_cost(tool, trained, tmp_path, monkeypatch, evaluator):
    config, checkpoint = trained('tiny', tiny_ocsampler())
    change(config, test_evaluator=evaluator)
    monkeypatch.delattr(tool.Bench, 'measure')
    with pytest.raises(ValueError, match='tiny.py has no CostMetric'):
        tool.main([config, '--checkpoints', checkpoint, '--out',
                   str(tmp_path / 'curve')])


def test_a_half_line_is_cut_off_in_place(tool, tmp_path, monkeypatch):
    """Never is there less than before, were the process killed."""
    path = tmp_path / 'curve.jsonl'
    path.write_text('{"identity": "a"}\n{"ident')
    monkeypatch.setattr(Path, 'write_bytes', None)
    assert tool.known_points(path) == dict(a=dict(identity='a'))
    assert path.read_text() == '{"identity": "a"}\n'


def test_clips(points):
    """FASTER's and SCSampler's baselines have no cheap network."""
    from helpers_faster import tiny_faster
    cfg = Config(dict(model=tiny_faster()))
    baseline = points.baseline_of(cfg)
    baseline.edit(cfg)
    cfg.merge_from_dict({baseline.key: 2})
    model = MODELS.build(cfg.model)
    assert model.cheap_model is None
    assert model.positions['expensive_model'] == [0, 1]
    found = points.baseline_points('f', 'f.py', 'f.pth', cfg, [], [1, 2, 99])
    assert [p.label for p in found] == ['1', '2']
