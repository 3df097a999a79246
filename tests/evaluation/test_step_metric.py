"""Accuracy after every step."""
from pathlib import Path

import pytest
import torch
from helpers import build_runner, tiny_adafocus, tiny_config, tiny_ocsampler
from helpers_adafocus_v2 import tiny_adafocus_v2
from mmaction.registry import METRICS


def evaluate(*videos: tuple) -> dict:
    """The metrics of scores and labels."""
    metric = METRICS.build(dict(type='StepMetric'))
    metric.process({}, [
        dict(step_scores=torch.tensor(scores), gt_label=torch.tensor(label))
        for scores, label in videos])
    return metric.evaluate(len(videos))


def test_top1_by_hand() -> None:
    found = evaluate(([[.6, .4], [.3, .7]], [1]), ([[.9, .1], [.8, .2]], [0]),
                     ([[.9, .1], [.8, .2]], [1]))
    assert found == {'step/top1_after_1': pytest.approx(1 / 3),
                     'step/top1_after_2': pytest.approx(2 / 3)}


def test_several_labels_by_hand() -> None:
    """The true videos are second in both classes, then first."""
    found = evaluate(([[.6, .4], [.6, .4]], [1., 0.]),
                     ([[.7, .3], [.5, .5]], [0., 1.]))
    assert found == {'step/mAP_after_1': .5, 'step/mAP_after_2': 1.}


def test_a_video_that_left_keeps_its_prediction() -> None:
    found = evaluate(([[.1, .9]], [1]), ([[.9, .1], [.1, .9]], [1]))
    assert found == {'step/top1_after_1': .5, 'step/top1_after_2': 1.}


@pytest.mark.parametrize('model', [tiny_adafocus(), tiny_adafocus_v2()],
                         ids=lambda m: m['type'])
def test_the_last_step_is_the_prediction(ann_file: Path, tmp_path: Path,
                                         model: dict) -> None:
    cfg = tiny_config(ann_file, tmp_path, model)
    cfg.test_evaluator = [dict(type='AccMetric', metric_list='top_k_accuracy'),
                          dict(type='StepMetric')]
    found = build_runner(cfg).test()
    steps = [value for name, value in found.items() if 'step/' in name]
    assert len(steps) == model['num_candidates']
    assert steps[-1] == pytest.approx(found['acc/top1'])


def test_a_recognizer_without_steps_is_told(ann_file: Path,
                                            tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path, tiny_ocsampler())
    cfg.test_evaluator = dict(type='StepMetric')
    with pytest.raises(ValueError, match='needs samples with step_scores'):
        build_runner(cfg).test()
