"""The commands that measure how much a run survives."""
import json
import subprocess
from pathlib import Path

import compare_inference
import kill_and_resume
import memory_growth
import pytest
import torch
import upstream_tests
from helpers import (REPOSITORY, run_python, tiny_adafocus, tiny_config,
                     tiny_ocsampler)
from mmaction.registry import MODELS

SHELL_SCRIPTS = sorted((REPOSITORY / 'tools').rglob('*.sh'))


def test_killed_runs_end_with_the_same_weights(ann_file: Path,
                                               tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.train_dataloader.dataset.pipeline[1].test_mode = False
    cfg.dump(tmp_path / 'config.py')
    result = run_python(
        tmp_path, str(REPOSITORY / 'tools/reliability/kill_and_resume.py'),
        'config.py', '--work-dir', 'runs', '--kills', '2', '--seed', '4',
        '--num-workers', '1')
    assert result.returncode == 0, result.stdout + result.stderr[-2000:]
    found = json.loads(result.stdout.splitlines()[-1])
    assert found['kills'] == 2 and found['equal']
    assert not (tmp_path / 'runs/killed').exists()


def test_differences_are_found() -> None:
    one = dict(state_dict=dict(a=torch.zeros(2), b=torch.ones(())),
               optimizer=dict(state=[1, 2]), random_states=None)
    assert kill_and_resume.differences(one, one) == []
    other = dict(state_dict=dict(a=torch.tensor([0., -0.]),
                                 b=torch.ones(())),
                 optimizer=dict(state=[1, 3]), random_states=[])
    assert kill_and_resume.differences(one, other) == [
        'state_dict.a', 'optimizer.state[1]', 'random_states']


@pytest.mark.parametrize('allowed,status', [(50., 0), (-1000., 1)])
def test_memory_does_not_grow(ann_file: Path, tmp_path: Path, allowed: float,
                              status: int,
                              capsys: pytest.CaptureFixture) -> None:
    tiny_config(ann_file, tmp_path).dump(tmp_path / 'config.py')
    assert memory_growth.main([
        str(tmp_path / 'config.py'), '--loads', '100', '--max-growth',
        str(allowed)]) == status
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    # Of this process and of the one that loads.
    assert found['mb_after_a_tenth'] > 100 and found['videos'] == 8


@pytest.mark.parametrize('loads', ['0', '9'])
def test_memory_needs_some_loads(loads: str,
                                 capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        memory_growth.main(['config.py', '--loads', loads])
    assert f'--loads must be at least 10, not {loads}' in (
        capsys.readouterr().err)


@pytest.mark.parametrize('model', [tiny_ocsampler(), tiny_adafocus()],
                         ids=['OCSampler', 'AdaFocus'])
def test_selections_are_compared(ann_file: Path, tmp_path: Path, model: dict,
                                 capsys: pytest.CaptureFixture) -> None:
    """With another number of candidates than the config's, too."""
    config, weights = tmp_path / 'config.py', tmp_path / 'weights.pth'
    tiny_config(ann_file, tmp_path, model).dump(config)
    torch.save(MODELS.build(model).state_dict(), weights)
    for options in ([], ['--cfg-options', 'model.num_candidates=4']):
        assert compare_inference.main(
            [str(config), str(weights), '--against', 'itself', *options]) == 0
        found = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert found['videos'] == found['same_class'] == 8
        assert found['share_of_same_selections'] == 1


def test_a_broken_upstream_test_is_named(
        tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    tests = tmp_path / 'tests'
    tests.mkdir()
    (tests / 'test_fake.py').write_text(
        'import random, sys\n'
        'def test_fine(): pass\n'
        'def test_bad(): assert 0\n'
        'def test_spoilt(): assert "mmaction_sampler" not in sys.modules\n'
        'def test_mended(): assert "mmaction_sampler" in sys.modules\n'
        'def test_random(): assert int(100 * random.random()) == 84\n')
    (tests / 'test_gone.py').write_text('import no_such_module\n')
    assert upstream_tests.main([str(tmp_path), 'tests']) == 1
    found = json.loads(capsys.readouterr().out)
    assert list(found['broken']) == ['tests.test_fake::test_spoilt']
    assert 'mmaction_sampler' in found['broken']['tests.test_fake::'
                                                 'test_spoilt']
    assert list(found['mended']) == ['tests.test_fake::test_mended']
    assert list(found['failing']) == ['tests.test_fake::test_bad',
                                      'tests.test_gone']
    assert 'no_such_module' in found['failing']['tests.test_gone']
    assert found['tests'] == 6 and found['passed_before'] == 3
    with pytest.raises(FileNotFoundError, match='whose wheel has no tests'):
        upstream_tests.main([str(tmp_path), 'tests/models'])


def test_upstream_tests_that_never_pass_say_nothing(
        tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / 'test_fake.py').write_text('def test_bad(): assert 0\n')
    assert upstream_tests.main([str(tmp_path), 'test_fake.py']) == 2
    assert 'says nothing' in capsys.readouterr().err


@pytest.mark.parametrize('script', SHELL_SCRIPTS, ids=lambda p: p.name)
def test_shell_scripts_parse(script: Path) -> None:
    subprocess.run(['bash', '-n', str(script)], check=True)


def test_slurm_scripts_are_among_them() -> None:
    assert {'slurm_train.sh', 'slurm_test.sh', 'dist_train.sh'} <= {
        p.name for p in SHELL_SCRIPTS}
