import pytest
from mmaction.registry import METRICS


def test_other_recognizers_have_no_cost():
    metric = METRICS.build(dict(type='CostMetric'))
    with pytest.raises(ValueError, match='remove it from val_evaluator'):
        metric.process({}, [dict(pred_score=[1.])])


def test_no_video_at_all():
    metric = METRICS.build(dict(type='CostMetric'))
    with pytest.raises(ValueError, match='has no video to .*check ann_file'):
        metric.evaluate(0)


def test_means_over_videos():
    metric = METRICS.build(dict(type='CostMetric'))
    metric.process({}, [
        dict(cost=dict(a=1e9, b=2e9), selection=dict(inds=[0, 1])),
        dict(cost=dict(a=3e9), selection=dict(inds=[0, 1, 2, 3])),
    ])
    assert metric.evaluate(2) == {
        'cost/gflops': pytest.approx(3.),
        'cost/gflops_a': pytest.approx(2.),
        'cost/gflops_b': pytest.approx(1.),
        'cost/num_selected': 3.,
    }
