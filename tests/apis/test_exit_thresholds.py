"""Thresholds for GFLOPs, and the tool that puts them into a checkpoint."""
import importlib.util
import json
import math
from pathlib import Path

import pytest
import torch
from helpers import NUM_CLASSES, REPOSITORY, tiny_config
from helpers_adafocus_v2 import NUM_FRAMES, build, tiny_adafocus_v2
from mmengine.config import Config
from mmengine.runner import Runner

from mmaction_sampler.apis.exit_thresholds import (StepRecord, exit_curves,
                                                   exit_point, record_steps,
                                                   solve_for_gflops)


def record(num_videos=200, num_steps=6) -> StepRecord:
    """Videos that get surer with time, and are right when they are sure."""
    torch.manual_seed(0)
    confidence = torch.rand(num_videos, num_steps).cumsum(1) / num_steps
    return StepRecord(confidence, (confidence > 0.3).float(), 0.5)


def test_budget_in_gflops():
    steps = record()
    thresholds = solve_for_gflops(steps, 1.6)
    point = exit_point(steps, thresholds)
    assert 1.5 < point['gflops'] <= 1.6
    assert point['frames'] == pytest.approx(point['gflops'] / 0.5)


def test_exits_beat_fixed_lengths_where_confidence_tells():
    exits, fixed = exit_curves(record(), record(), num_points=11)
    assert len(exits) == 11 and len(fixed) == 6
    assert exits[0] == fixed[0] and exits[-1] == fixed[-1]
    by_frames = {p['frames']: p['top1'] for p in fixed}
    for point in exits[1:-1]:
        assert point['top1'] >= by_frames[int(point['frames'])]
    assert exits[4]['top1'] > by_frames[3.] + 0.05


def test_more_than_all_frames_is_no_exit():
    assert solve_for_gflops(record(), 99.).isinf().all()


def test_less_than_a_frame():
    with pytest.raises(ValueError, match='0.2 GFLOPs .* costs 0.5000'):
        solve_for_gflops(record(), 0.2)


def test_multi_label_hits():
    model = build()
    loader = [dict(
        inputs=[torch.zeros(NUM_FRAMES, 3, 32, 32, dtype=torch.uint8)],
        data_samples=[_sample(torch.tensor(label))])
        for label in ([1., 1., 1.], [0., 0., 0.])]
    steps = record_steps(model, loader)
    assert steps.correct.tolist() == [[1.] * NUM_FRAMES, [0.] * NUM_FRAMES]
    assert steps.confidence.shape == (2, NUM_FRAMES)


def test_multi_label_precision():
    """By hand: the true one is second at first, and first after two."""
    scores = torch.tensor([[[.6, .4], [.6, .4]], [[.7, .3], [.5, .5]]])
    labels = torch.tensor([[1., 0.], [0., 1.]])
    steps = StepRecord(torch.zeros(2, 2), torch.zeros(2, 2), 1., scores,
                       labels)
    _, fixed = exit_curves(steps, steps, num_points=2)
    # Class by class, the rank of its one true video is 2 and 2, then 1.
    assert [p['mean_average_precision'] for p in fixed] == [.5, 1.]
    assert 'mean_average_precision' not in exit_curves(
        record(), record(), 2)[1][0]


def test_one_class_of_zeros_and_ones():
    model = build(classifier=dict(
        tiny_adafocus_v2()['classifier'], num_classes=1))
    loader = [dict(
        inputs=[torch.zeros(NUM_FRAMES, 3, 32, 32, dtype=torch.uint8)],
        data_samples=[_sample(torch.tensor([1.]))])]
    assert record_steps(model, loader).correct.tolist() == [[1.] * NUM_FRAMES]


def test_no_video():
    with pytest.raises(ValueError, match='no video of the split'):
        record_steps(build(), [])


def _sample(label):
    from mmaction.structures import ActionDataSample
    return ActionDataSample().set_gt_label(label)


@pytest.fixture(scope='module')
def tool():
    """The script as a module."""
    path = REPOSITORY / 'tools/analysis_tools/solve_exit_thresholds.py'
    spec = importlib.util.spec_from_file_location('solve_exit', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tool_writes_a_checkpoint_that_keeps_the_budget(
        tool, tmp_path: Path, ann_file: Path, capsys):
    cfg = tiny_config(ann_file, tmp_path, model=tiny_adafocus_v2())
    cfg.dump(tmp_path / 'config.py')
    model = build()
    gflops = sum(c.macs for c in model.component_costs(32, 32).values()) / 1e9
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'model.pth')
    arguments = [str(tmp_path / 'config.py'), str(tmp_path / 'model.pth')]
    tool.main([*arguments, str(tmp_path / 'solved.pth'), '--gflops',
               str(gflops / 2), '--json', str(tmp_path / 'new/report.json')])
    report = json.loads((tmp_path / 'new/report.json').read_text(),
                        parse_constant=pytest.fail)
    assert report['budget']['gflops'] <= gflops / 2

    solved = torch.load(tmp_path / 'solved.pth')['state_dict']
    model.load_state_dict(solved)
    assert model.exit_thresholds.tolist() == [
        math.inf if value is None else value for value in report['thresholds']]
    model.eval()
    costs = [sum(sample.cost.values()) / 1e9
             for batch in Runner.build_dataloader(cfg.val_dataloader)
             for sample in model.test_step(batch)]
    assert len(costs) == 8
    assert sum(costs) / 8 == pytest.approx(report['budget']['gflops'])
    assert NUM_CLASSES == solved['classifier.bias'].shape[1]

    # Fewer frames than in the config reach the loader, too.
    fewer = dict(num_candidates=4, classifier=dict(
        tiny_adafocus_v2()['classifier'], num_steps=4))
    torch.save(build(**fewer).state_dict(), tmp_path / 'fewer.pth')
    tool.main([arguments[0], str(tmp_path / 'fewer.pth'),
               str(tmp_path / 'solved.pth'), '--gflops', str(gflops / 2),
               '--cfg-options', 'model.num_candidates=4',
               'model.classifier.num_steps=4'])
    solved = torch.load(tmp_path / 'solved.pth')
    assert solved['exit_thresholds'].shape == (4, )
    # The config's videos to solve on, if it has some; others are reported.
    cfg = Config.fromfile(arguments[0])
    cfg.threshold_dataloader = dict(
        cfg.val_dataloader, dataset=dict(
            cfg.val_dataloader.dataset, indices=5))
    cfg.dump(arguments[0])
    capsys.readouterr()
    tool.main([*arguments, str(tmp_path / 'solved.pth'), '--gflops', '1'])
    said = capsys.readouterr().out
    assert 'solved on threshold, these are of test' in said
    assert 'thresholds are solved on the videos that' in said  # one list
    with pytest.raises(ValueError, match='is the checkpoint itself'):
        tool.main([*arguments, arguments[1], '--gflops', '1'])
