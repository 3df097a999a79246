"""FASTER on the needle set: which runs are made, and from what."""
import importlib
import json

import pytest
from helpers import REPOSITORY
from mmengine.config import Config


@pytest.fixture()
def demo(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY / 'tools/demo'))
    return importlib.import_module('clips')


@pytest.fixture()
def commands(demo, monkeypatch):
    """The commands that would run; their results are made up."""
    made = []

    def mim(verb, config, options, *more):
        made.append((verb, config, options))
        paths = dict(zip(more[::2], more[1::2]))
        if verb == 'train':
            work_dir = demo.Path(paths['--work-dir'])
            work_dir.mkdir(parents=True, exist_ok=True)
            (work_dir / 'last_checkpoint').write_text(f'{config}.pth')
        else:
            top1 = 0.5 if 'average' in config else 0.75
            metrics = {'acc/top1': top1, 'cost/num_selected': 3.,
                       'cost/gflops': 0.1}
            path = demo.Path(paths['--json'])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(metrics))

    monkeypatch.setattr(demo.needle, 'mim', mim)
    monkeypatch.setattr(demo.needle, 'run', lambda *command: made.append(
        ('run', *command)))
    return made


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
                'faster_needle_order.py.pth') in trained[config]
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
