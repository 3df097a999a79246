"""SCSampler on long videos: which runs are made, and from what."""
import json

import pytest
from helpers import REPOSITORY
from mmengine.config import Config


@pytest.fixture()
def demo(load_demo):
    return load_demo('salient_clips')


@pytest.fixture()
def commands(note_commands):
    return note_commands({'uniform': 0.25})


def value(options, key):
    """The value of an override."""
    return dict(option.split('=', 1) for option in options)[key]


def test_each_sampler_learns_from_the_scores_it_is_said_to(
        demo, commands, tmp_path, capsys):
    demo.main(['--seeds', '3', '--work-dir', str(tmp_path),
               '--narrow', 'narrow.pth', '--wide', 'wide.pth'])
    runs = [options for verb, _, options in (
        c for c in commands if c[0] == 'train')]
    root = tmp_path / 'seed3'
    learned = [
        (value(r, 'train_dataloader.dataset.pipeline.4.scores_file'),
         value(r, 'model.component_checkpoints.classifier.checkpoint'))
        for r in runs]
    narrow, wide = (str(root / f'{n}_train.jsonl') for n in ('narrow', 'wide'))
    assert learned == [(narrow, 'narrow.pth'), (narrow, 'wide.pth'),
                       (wide, 'wide.pth')]
    assert all(value(r, 'randomness.seed') == '3' for r in runs)
    scored = [c for c in commands if c[0] == 'run' and 'score_clips' in c[2]]
    assert [(c[4], c[6]) for c in scored] == [
        ('narrow.pth', narrow),
        ('narrow.pth', str(root / 'narrow_test.jsonl')),
        ('wide.pth', wide)]
    assert sum(c[0] == 'test' for c in commands) == len(demo.CHOICES) + 3
    assert '+50.0' in capsys.readouterr().out
    report = json.loads((tmp_path / 'salient_clips.json').read_text())
    assert report['narrow']['3']['uniform']['top1'] == 0.25


def test_classifiers_are_trained_unless_they_are_given(
        demo, commands, tmp_path):
    demo.main(['--work-dir', str(tmp_path), '--wide', 'wide.pth'])
    assert [c[1] for c in commands if c[0] == 'train'] == [
        'ocsampler_needle.py', *[demo.SAMPLER] * 3]
    with pytest.raises(SystemExit):
        demo.main(['--seeds', '0', '1', '--wide', 'wide.pth'])


def test_the_overrides_meet_the_steps_that_they_mean(demo):
    cfg = Config.fromfile(REPOSITORY / 'configs' / demo.SAMPLER)
    assert [step.type for step in
            cfg.train_dataloader.dataset.pipeline[2:5]] == [
        'LoadMotionFeatures', 'LoadLogMel', 'LoadClipScores']
    oracle = Config.fromfile(REPOSITORY / 'configs' / demo.CHOICES['oracle'])
    assert oracle.test_dataloader.dataset.pipeline[2].type == 'LoadClipScores'
    changes = dict(o.split('=') for o in demo.CLASSIFIERS['wide'][1])
    wide = Config.fromfile(REPOSITORY / 'configs/ocsampler_needle_n4.py')
    for key, number in changes.items():
        found = wide
        for part in key.split('.'):
            found = found[part]
        assert found == int(number)
