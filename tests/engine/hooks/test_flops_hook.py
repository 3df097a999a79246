"""The report of what tested videos cost."""
import json
from pathlib import Path
from typing import List

import pytest
from helpers import (REPOSITORY, build_runner, log_text, tiny_classifier,
                     tiny_config)
from helpers_forks import run_forked
from mmengine.hooks import Hook
from mmengine.runner import Runner


class Costs(Hook):
    """Note the multiply-adds of every tested video."""

    def __init__(self) -> None:
        self.costs: List[dict] = []

    def after_test_iter(self, runner: Runner, batch_idx: int, data_batch,
                        outputs) -> None:
        """Note those of a batch."""
        self.costs.extend(sample.cost for sample in outputs)


def test_report_of_a_test_run(ann_file: Path, tmp_path: Path) -> None:
    """Table and file say what the samples say, and what get_flops.py does.
    """
    cfg = tiny_config(ann_file, tmp_path / 'work')
    cfg.test_dataloader.batch_size = 3  # the last batch is smaller
    runner, costs = build_runner(cfg), Costs()
    runner.register_hook(costs)
    runner.test()
    report = json.loads(Path(runner.log_dir, 'flops.json').read_text())

    assert len(costs.costs) == 8
    mean = sum(sum(cost.values()) for cost in costs.costs) / 8
    assert report['total_gflops'] == pytest.approx(mean / 1e9)
    components = report['components']
    assert sum(c['gflops'] for c in components.values()) == pytest.approx(
        report['total_gflops'])
    for name, cost in components.items():
        assert cost['gflops'] * 1e9 == pytest.approx(costs.costs[0][name])
        assert cost['unit_gmacs'] * cost['calls'] == pytest.approx(
            cost['gflops'])
    assert components['classifier']['calls'] == 2  # frames

    log = log_text(runner)
    table = ' '.join(
        log[log.index('GFLOPs (multiply-adds / 1e9) per video'):].split())
    assert '32x32 input, mean of 8 videos' in table
    for name in (*components, 'total'):
        assert f'{name} ' in table
    assert f'{report["total_gflops"]:.4f}' in table

    config, path = tmp_path / 'config.py', tmp_path / 'report.json'
    cfg.dump(config)
    result = run_forked(
        tmp_path, str(REPOSITORY / 'tools/analysis_tools/get_flops.py'),
        str(config), '--shape', '32', '--json', str(path))
    assert result.returncode == 0, result.stderr
    computed = json.loads(path.read_text())
    assert computed['total_gflops'] == pytest.approx(report['total_gflops'])
    assert computed['components'].keys() == components.keys()
    for name, cost in computed['components'].items():
        assert cost == pytest.approx(components[name])


def test_every_test_run_begins_a_new_sum(ann_file: Path,
                                         tmp_path: Path) -> None:
    runner = build_runner(tiny_config(ann_file, tmp_path))
    path = Path(runner.log_dir, 'flops.json')
    reports = []
    for _ in range(2):
        runner.test()
        reports.append(path.read_text())
    assert reports[0] == reports[1]
    assert log_text(runner).count('mean of 8 videos') == 2


def test_recognizers_without_components_have_no_report(
        ann_file: Path, tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path)
    model = tiny_classifier()
    model['cls_head']['average_clips'] = 'prob'
    cfg.model = dict(
        model,
        data_preprocessor=dict(
            type='ActionDataPreprocessor', mean=[127.5] * 3, std=[64.] * 3,
            format_shape='NCHW'))
    cfg.test_evaluator = [dict(type='AccMetric')]
    runner = build_runner(cfg)
    assert 'acc/top1' in runner.test()
    assert not Path(runner.log_dir, 'flops.json').exists()
