"""Table 4 on the needle set: which runs are made, and from what."""
import pytest
from helpers import REPOSITORY
from mmengine.config import Config


@pytest.fixture()
def demo(load_demo):
    return load_demo('policies')


@pytest.fixture()
def commands(note_commands):
    return note_commands()


def ran_demo(folder, seed):
    (folder / f'seed{seed}').mkdir()
    (folder / f'seed{seed}/last_checkpoint').write_text('demo.pth')


def test_trains_the_rivals_once_with_the_classifier_they_share(
        demo, commands, tmp_path, capsys):
    ran_demo(tmp_path, 3)
    demo.main(['--seeds', '3', '--work-dir', str(tmp_path)])
    trained = {config: options for verb, config, options in commands
               if verb == 'train'}
    assert set(trained) == {config for config, _ in demo.LEARNED.values()}
    key = 'model.component_checkpoints.classifier.checkpoint='
    for config, source in demo.LEARNED.values():
        shipped = Config.fromfile(REPOSITORY / 'configs' / config)
        taken = [o for o in trained[config] if o.startswith(key)]
        if source is None:
            assert not taken and 'component_checkpoints' not in shipped.model
            continue
        assert set(shipped.model.component_checkpoints) == {'classifier'}
        run = 'demo' if source == demo.DEMO else (
            f'clip_reward_N=4/{demo.LEARNED[source][0]}')
        assert taken == [f'{key}{run}.pth']
    assert sum(verb == 'test' for verb, *_ in commands) == len(
        {**demo.READY, **demo.LEARNED})
    table = capsys.readouterr().out
    assert 'clip reward' in table and 'OCSampler+' in table
    assert (tmp_path / 'policies.json').is_file()
    commands.clear()
    demo.main(['--seeds', '3', '--work-dir', str(tmp_path)])
    assert not commands


@pytest.mark.parametrize('name, verb, config', [
    ('uniform.result.json', 'test', 'ocsampler_needle_uniform.py'),
    ('done', 'train', 'ocsampler_needle_vanilla_reward.py')])
def test_what_was_interrupted_is_done_again(demo, commands, interrupt,
                                            tmp_path, name, verb, config):
    ran_demo(tmp_path, 3)

    def run():
        demo.main(['--seeds', '3', '--work-dir', str(tmp_path)])

    interrupt(run, name)
    run()
    made = [done for what, done, _ in commands if what == verb]
    assert made.count(config) == 2
    assert len(made) == len(set(made)) + 1


def test_without_the_demo(demo, commands, tmp_path):
    with pytest.raises(SystemExit, match="run: make demo DEMO_ARGS='--see"):
        demo.main(['--seeds', '4', '--work-dir', str(tmp_path)])
