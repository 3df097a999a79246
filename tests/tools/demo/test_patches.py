"""The AdaFocus family on the needle set: which runs are made, from what."""
import json

import pytest
from helpers import REPOSITORY
from mmengine.config import Config


@pytest.fixture()
def demo(load_demo):
    return load_demo('patches')


@pytest.fixture()
def commands(note_commands):
    return note_commands({'adafocus_needle_': 0.5})


@pytest.fixture()
def after_demo(tmp_path):
    (tmp_path / 'seed3').mkdir()
    (tmp_path / 'seed3/last_checkpoint').write_text('demo.pth')
    return tmp_path


def overridden(config, options):
    """The shipped config with ``key=value`` overrides as text."""
    shipped = Config.fromfile(REPOSITORY / 'configs' / config)
    shipped.merge_from_dict(dict(o.split('=', 1) for o in options))
    return shipped


def test_all_start_from_the_same_local_network(demo, commands, after_demo,
                                               capsys):
    demo.main(['--seeds', '3', '--work-dir', str(after_demo)])
    trained = {config: options for verb, config, options in (
        c for c in commands if c[0] == 'train')}
    assert list(trained) == list(demo.TRAINED.values())
    for config, options in trained.items():
        cfg = overridden(config, options)
        assert cfg.model.component_checkpoints.local_cnn == dict(
            checkpoint='demo.pth', prefix='classifier.backbone.')
        assert cfg.randomness.seed == '3'
    table = capsys.readouterr().out
    assert 'AdaFocusV2' in table and '25.0' in table
    commands.clear()
    demo.main(['--seeds', '3', '--work-dir', str(after_demo)])
    assert not commands


def test_adafocus_plus_is_tested_at_every_keep_ratio(demo, commands,
                                                     after_demo):
    demo.main(['--seeds', '3', '--work-dir', str(after_demo), '--methods',
               'AdaFocus+'])
    tested = [overridden(config, options)
              for verb, config, options in commands if verb == 'test']
    assert [cfg.model.keep_ratio for cfg in tested] == [
        '1', '0.9', '0.7', '0.5']
    for cfg in tested:
        hook, = [h for h in cfg.custom_hooks
                 if h.type == 'KeepThresholdHook']
        assert hook.before_test == 'True'
        assert cfg.val_dataloader.dataset.ann_file == (
            'data/needle/annotations/val.txt')
    results = json.loads((after_demo / 'patches.json').read_text())
    assert len(results['policies']) == len(demo.KEEP_RATIOS)


def test_exits_are_solved_for_half_of_the_cost(demo, commands, after_demo):
    demo.main(['--seeds', '3', '--work-dir', str(after_demo), '--methods',
               'AdaFocusV2'])
    assert [c[1] for c in commands if c[0] == 'test'] == [
        'adafocusv2_needle.py', 'adafocusv2_needle_center.py',
        'adafocusv2_needle_random.py']
    (_, _, script, *options), = [c for c in commands if c[0] == 'run']
    assert demo.Path(script).is_file()
    assert options[options.index('--gflops') + 1] == '0.0400'
    assert demo.Path(options[0]).name == 'adafocusv2_needle.py'


def test_what_was_interrupted_is_done_again(demo, commands, interrupt,
                                            after_demo):

    def run():
        demo.main(['--seeds', '3', '--work-dir', str(after_demo),
                   '--methods', 'AdaFocus'])

    interrupt(run, 'AdaFocus.json')
    run()
    assert [verb for verb, *_ in commands] == ['train', 'test', 'test']
    assert (after_demo / 'patches.json').is_file()


def test_without_the_demo(demo, commands, tmp_path):
    with pytest.raises(SystemExit, match="run: make demo DEMO_ARGS='--see"):
        demo.main(['--seeds', '4', '--work-dir', str(tmp_path)])
