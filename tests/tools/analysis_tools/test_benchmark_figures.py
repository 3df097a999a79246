"""Rates, ratios and means from measured seconds and predictions."""
import pytest
import torch
from mmaction.structures import ActionDataSample

from mmaction_sampler.structures import Selection

SECONDS = dict(model=[2., 4., 5.], networks=[1., 3., 4.], processor=[4.] * 3,
               decoding=[4., 2., 10.], end_to_end=[5., 5., 8.])


@pytest.fixture
def tool(analysis_tool):
    return analysis_tool('benchmark_figures')


def test_recognizers_take_turns(tool):
    calls = []

    def timed(name):
        return lambda: calls.append(name) or {name[1:]: len(calls)}

    measured = tool.measure(
        [[timed('Amodel'), timed('Aload')], [timed('Bmodel'), timed('Bload')]],
        repeats=2)
    assert calls == ['Amodel', 'Bmodel', 'Aload', 'Bload'] * 2
    assert measured == [dict(model=[1, 5], load=[3, 7]),
                        dict(model=[2, 6], load=[4, 8])]


def test_figures_of_every_repeat(tool):
    assert tool.figures(SECONDS, 20) == dict(
        throughput=[10, 5, 4], processor_rate=[5] * 3,
        backbone_limit=[20, pytest.approx(20 / 3), 5],
        decode_rate=[5, 10, 2], end_to_end_rate=[4, 4, 2.5],
        overhead=[0.5, 0.25, pytest.approx(0.2)],
        end_to_end_share=[0.8, 0.8, 1.25])


def test_without_a_loader(tool):
    seconds = {name: SECONDS[name]
               for name in ('model', 'networks', 'processor')}
    assert set(tool.figures(seconds, 20)) == {
        'throughput', 'processor_rate', 'backbone_limit', 'overhead'}


def test_ratios_pair_the_repeats(tool):
    """The median of ratios, which is not the ratio of medians."""
    ratios = tool.ratios(dict(throughput=[2., 9., 40.], overhead=[0.5] * 3),
                         dict(throughput=[1., 3., 40.], overhead=[0.1] * 3))
    assert ratios == dict(throughput=[2, 3, 1])
    assert tool.spread(ratios['throughput']) == dict(
        median=2, min=1, max=3, repeats=[2, 3, 1])


def sample(label, predicted: int, num_selected: int = 0) -> ActionDataSample:
    """A prediction among three classes, with or without a record."""
    result = ActionDataSample().set_gt_label(torch.tensor(label))
    result.set_pred_score(torch.eye(3)[predicted])
    if num_selected:
        result.selection = Selection.create(
            torch.arange(num_selected), 5, unit='frame')
        result.cost = dict(skim_network=1e9, classifier=num_selected * 1e9)
    return result


def test_means_over_the_videos(tool):
    described = tool.describe([sample([1], 1, 2), sample([0], 1, 4),
                               sample([2], 2, 3), sample([0], 0, 3)])
    assert described == dict(top1=0.75, num_selected=3, gflops=4)


def test_one_of_several_labels_is_right(tool):
    described = tool.describe(
        [sample([0, 1, 1], 2), sample([0, 1, 1], 1), sample([0, 1, 0], 0)])
    assert described == dict(
        top1=pytest.approx(2 / 3), num_selected=None, gflops=None)


def test_samples_without_labels(tool):
    unlabelled = sample([0], 0, 1)
    del unlabelled.gt_label
    assert tool.describe([unlabelled])['top1'] is None


def test_table_shows_what_there_is(tool):
    series = tool.figures(SECONDS, 20)
    figures = {name: tool.spread(values) for name, values in series.items()}
    own = {name: tool.spread([1.5]) for name in tool.RATES}
    text = tool.table([
        dict(figures, name='fixed', top1=0.5, gflops=None, ratios={}),
        dict(figures, name='budgets', top1=None, gflops=None, ratios=own)])
    lines = [[cell.strip() for cell in line.split('│')[1:-1]]
             for line in text.splitlines() if line.startswith('│')]
    assert ['1: fixed', '2: budgets'] == [
        cell.strip() for cell in text.splitlines()[2].split('┃')[2:-1]]
    rows = {line[0]: line[1:] for line in lines}
    assert rows['model alone, videos/s'] == ['5 (4 to 10)'] * 2
    assert rows['time outside the networks, %'] == ['25 (20 to 50)'] * 2
    assert rows['top-1, %'] == ['50', '-']
    assert rows['by that of 1'] == ['', '1.5 (1.5 to 1.5)']
    assert 'GFLOPs' not in rows
