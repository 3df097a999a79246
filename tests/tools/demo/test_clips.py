"""FASTER on the needle set: which runs are made, and from what."""
import json

import pytest
from helpers import REPOSITORY
from mmengine.config import Config


@pytest.fixture()
def demo(load_demo):
    return load_demo('clips')


@pytest.fixture()
def commands(note_commands):
    return note_commands({'average': 0.5})


def test_all_stand_on_the_same_clip_models(demo, commands, tmp_path, capsys):
    demo.main(['--seeds', '3', '--work-dir', str(tmp_path), '--variants',
               'order'])
    trained = {config: options for verb, config, options in (
        c for c in commands if c[0] == 'train')}
    assert list(trained) == ['faster_needle_order.py',
                             'faster_needle_order_cheap.py',
                             'faster_needle_order_expensive.py']
    for config, name in (('faster_needle_order_cheap.py', 'cheap_model'),
                         ('faster_needle_order_expensive.py',
                          'expensive_model')):
        shipped = Config.fromfile(REPOSITORY / 'configs' / config)
        assert list(shipped.model.component_checkpoints) == [name]
        assert (f'model.component_checkpoints.{name}.checkpoint='
                'mixed/faster_needle_order.py.pth') in trained[config]
        assert 'randomness.seed=3' in trained[config]
    assert sum(c[0] == 'test' for c in commands) == 6
    assert commands[0][-3:] == ('data/needle_order', '--variant', 'order')
    assert '+25.0' in capsys.readouterr().out
    report = json.loads((tmp_path / 'clips.json').read_text())
    assert report['order']['3']['average, 1:3']['top1'] == 0.5
    commands.clear()
    demo.main(['--seeds', '3', '--work-dir', str(tmp_path), '--variants',
               'order'])
    assert all(c[0] != 'train' for c in commands)


@pytest.mark.parametrize('alias', ['faster_needle', 'faster_needle_order'])
def test_mixed_clips_cost_less_than_half(alias):
    """Of expensive clips alone, as the comparison asks."""
    from mmaction.registry import MODELS
    costs = {}
    for end in ('', '_expensive'):
        cfg = Config.fromfile(REPOSITORY / f'configs/{alias}{end}.py')
        model = MODELS.build(cfg.model)
        costs[end] = sum(
            c.macs for c in model.component_costs(64, 64).values())
    assert costs[''] < 0.5 * costs['_expensive']
