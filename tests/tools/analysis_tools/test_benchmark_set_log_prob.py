"""``benchmark_set_log_prob.py``: cases, baseline and report."""
import json

import pytest
import torch

from mmaction_sampler.ops import random_inds, set_log_prob


@pytest.fixture
def tool(analysis_tool):
    return analysis_tool('benchmark_set_log_prob')


@pytest.mark.parametrize('num_selected', [1, 4, 6])
def test_baseline_gives_the_same(tool, num_selected):
    logits = torch.randn(3, 9, dtype=torch.float64)
    inds = random_inds(3, 9, num_selected, logits.device)
    torch.testing.assert_close(
        tool.sum_over_orders(logits, inds), set_log_prob(logits, inds))


@pytest.mark.parametrize('num_selected,expected', [
    (12, [('set_log_prob', 12), ('set_log_prob', 6), ('all_orders', 6)]),
    (3, [('set_log_prob', 3), ('all_orders', 3)])])
def test_orders_are_summed_where_that_ends(tool, num_selected, expected):
    args = tool.parse_args(['--num-selected', str(num_selected)])
    cases = tool.cases_of(args)
    assert [(c.method, c.num_selected) for c in cases] == expected
    assert {(c.batch_size, c.num_candidates) for c in cases} == {(64, 32)}


def test_report(tool, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tool, 'in_fresh_process', lambda work: work())
    path = tmp_path / 'report.json'
    tool.main(['--batch-size', '2', '--num-candidates', '8', '--num-selected',
               '7', '--repeats', '3', '--device', 'cpu', '--json', str(path)])
    report = json.loads(path.read_text())
    cases = report['cases']
    assert [(c['method'], c['num_selected']) for c in cases] == [
        ('set_log_prob', 7), ('set_log_prob', 6), ('all_orders', 6)]
    for case in cases:
        assert (case['batch_size'], case['num_candidates']) == (2, 8)
        for name in ('forward', 'backward', 'both', 'processor'):
            assert len(case[name]['repeats']) == 3
        for parts in zip(*(case[name]['repeats']
                           for name in ('forward', 'backward', 'both'))):
            assert parts[0] + parts[1] == pytest.approx(parts[2])
        assert case['first_call'] > 0 and case['extra_memory'] >= 0
    assert report['all_orders_by_set_log_prob']['repeats'] == [
        slow / fast for slow, fast in zip(cases[2]['both']['repeats'],
                                          cases[1]['both']['repeats'])]
    text = capsys.readouterr().out
    assert 'B = 2, T = 8, on cpu' in text
    assert 'times as long as set_log_prob at N = 6' in text


def test_more_frames_than_candidates(tool, capsys):
    with pytest.raises(SystemExit):
        tool.parse_args(['--num-candidates', '5', '--num-selected', '6'])
    assert '--num-selected 6 is more than' in capsys.readouterr().err
