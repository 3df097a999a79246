"""The demo's arithmetic; the demo itself runs in continuous integration."""
import importlib.util

import pytest
from helpers import REPOSITORY


@pytest.fixture(scope='module')
def demo():
    spec = importlib.util.spec_from_file_location(
        'demo_needle', REPOSITORY / 'tools/demo/needle.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results(learned: float, uniform: float) -> dict:
    """Metrics of one seed."""
    return {
        policy: dict(top1=top1, num_frames=3., gflops=gflops)
        for policy, top1, gflops in (('learned', learned, 0.13),
                                     ('uniform', uniform, 0.08),
                                     ('random', 0.5, 0.08))
    }


def test_summary_is_the_mean_over_seeds(demo):
    summary = demo.summarize({0: results(0.9, 0.7), 1: results(0.8, 0.8)})
    assert summary['policies']['learned'] == dict(
        top1=pytest.approx(0.85), num_frames=3., gflops=pytest.approx(0.13))
    assert summary['policies']['uniform']['top1'] == pytest.approx(0.75)
    assert summary['seeds']['1']['learned']['top1'] == 0.8


def test_table_gives_margins_per_seed_not_of_means(demo):
    table = demo.table({0: results(0.9, 0.7), 1: results(0.8, 0.75)})
    leads = list(table.columns[2].cells)
    assert leads[0] == ''
    assert leads[1] == '12.5 +- 10.6 (min 5.0)'


def test_failing_step_ends_the_demo(demo):
    with pytest.raises(SystemExit, match='ended with status 3'):
        demo.run('sh', '-c', 'exit 3')


def test_data_options_reach_the_repeated_data_set(demo):
    options = demo.data_options('d', 'random')
    assert options[0] == ('test_dataloader.dataset.dataset.ann_file='
                          'd/annotations/test.txt')
    assert len(demo.data_options('d')) == 4
