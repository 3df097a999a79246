"""The version check of the import, and the report of the installation."""
import subprocess
import sys
from pathlib import Path

import pytest

from mmaction_sampler import env, stack


def run(code_or_module: str, *paths: Path) -> subprocess.CompletedProcess:
    """Run Python with folders in front of its path."""
    root = str(Path(env.__file__).parents[1])
    flag = '-m' if code_or_module == 'mmaction_sampler.env' else '-c'
    return subprocess.run([sys.executable, flag, code_or_module],
                          env=dict(
                              PYTHONPATH=':'.join([*map(str, paths), root]),
                              PATH=''),
                          capture_output=True,
                          text=True,
                          check=False)


def fake_distribution(folder: Path, name: str, version: str) -> None:
    info = folder / f'{name}-{version}.dist-info'
    info.mkdir()
    (info / 'METADATA').write_text(
        f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n')


def test_report_of_a_sound_stack(capsys: pytest.CaptureFixture) -> None:
    assert env.main() == 0
    report = capsys.readouterr().out
    for name in ('mmengine', 'mmaction2', 'torch', 'decord', 'python'):
        assert name in report
    assert 'mmaction drn: ' in report
    assert 'https://github.com/open-mmlab/mmaction2/issues/2714' in report
    assert report.rstrip().endswith('The core can be used.')


def test_unsupported_version_stops_the_import(tmp_path: Path) -> None:
    fake_distribution(tmp_path, 'mmengine', '0.9.1')
    result = run('import mmaction_sampler', tmp_path)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        'ImportError: mmaction_sampler cannot be used: mmengine 0.9.1 is '
        'installed, but >=0.10.7,<1 is needed: pip install '
        '"mmengine>=0.10.7,<1"')


def test_report_runs_where_the_import_does_not(tmp_path: Path) -> None:
    fake_distribution(tmp_path, 'mmaction2', '0.24.1')
    result = run('mmaction_sampler.env', tmp_path)
    assert result.returncode == 1
    assert 'mmaction2 0.24.1 is installed, but >=1.2.0,<1.3' in result.stdout
    assert result.stdout.rstrip().endswith('The core cannot be used.')


def test_report_shows_an_import_that_fails(tmp_path: Path) -> None:
    (tmp_path / 'mmengine.py').write_text('raise ImportError("no wheels")')
    result = run('mmaction_sampler.env', tmp_path)
    assert result.returncode == 1
    assert 'import fails: ImportError: no wheels' in result.stdout


def test_missing_packages_name_the_command(
        monkeypatch: pytest.MonkeyPatch) -> None:
    missing = stack.Requirement('no_such_module', ('no-such-package', ), '1',
                                None, 'pip install no-such-package')
    monkeypatch.setattr(stack, 'CORE', (missing, ))
    assert stack.problems() == [
        'no-such-package is missing: pip install no-such-package'
    ]
    with pytest.raises(ImportError, match='pip install no-such-package'):
        stack.check()


def test_second_name_of_a_distribution_counts() -> None:
    requirement = stack.Requirement('torch', ('no-such-package', 'torch'),
                                    '2.6', None, '')
    assert stack.problem_of(requirement) is None


@pytest.mark.parametrize('version, fits', [('1.9', False), ('2.0', True),
                                           ('2.9', True), ('3', False)])
def test_range_of_versions(monkeypatch: pytest.MonkeyPatch, version: str,
                           fits: bool) -> None:
    monkeypatch.setattr(stack, 'version_of', lambda _: version)
    requirement = stack.Requirement('some', ('some', ), '2.0', '3', 'get it')
    assert (stack.problem_of(requirement) is None) == fits


def test_two_mmcv_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, 'distribution_version', lambda name: '2.1.0')
    assert any('mmcv and mmcv-lite' in line for line in env.warnings())
    monkeypatch.setattr(env, 'distribution_version', lambda name: '2.1.0'
                        if name == 'mmcv' else None)
    assert not any('mmcv and mmcv-lite' in line for line in env.warnings())
