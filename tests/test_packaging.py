"""What a wheel carries."""
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Set

import pytest
from helpers import copy_sources, mim_name, run_python
from mmengine.config import Config

from mmaction_sampler import __version__

ROOT = Path(__file__).parents[1]
DIST_INFO = f'mmaction_sampler-{__version__}.dist-info'


def sources(folder: str, pattern: str = '*') -> Set[str]:
    """Files below a folder of the sources, caches left out."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob(pattern)
        if path.is_file() and '__pycache__' not in path.parts
        and '.mim' not in path.parts
    }


@pytest.fixture(scope='module')
def source_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, so that building leaves the real ones clean."""
    return copy_sources(tmp_path_factory.mktemp('sources'))


@pytest.fixture(scope='module')
def wheel(source_copy: Path) -> zipfile.ZipFile:
    """A wheel, built over what an earlier build left behind."""
    copy = source_copy
    stale = copy / 'build' / 'lib' / 'mmaction_sampler' / 'stale.py'
    stale.parent.mkdir(parents=True)
    stale.write_text('')
    subprocess.run([
        sys.executable, '-m', 'pip', 'wheel', '.', '--no-deps',
        '--no-build-isolation', '-w', 'dist'
    ],
                   cwd=copy,
                   check=True)
    assert not (copy / 'mmaction_sampler' / '.mim').exists()
    return zipfile.ZipFile(next((copy / 'dist').glob('*.whl')))


def test_wheel_has_every_module(wheel: zipfile.ZipFile) -> None:
    names = {
        name
        for name in wheel.namelist()
        if name.endswith('.py') and '/.mim/' not in name
    }
    assert names == sources('mmaction_sampler', '*.py')


def test_mim_finds_tools_and_configs(wheel: zipfile.ZipFile) -> None:
    prefix = 'mmaction_sampler/.mim/'
    names = {
        name[len(prefix):]
        for name in wheel.namelist() if name.startswith(prefix)
    }
    indices = {
        name
        for name in ('model-index.yml', 'dataset-index.yml')
        if (ROOT / name).is_file()
    }
    shipped = sources('tools') | sources('configs')
    assert names == {mim_name(name) for name in shipped} | indices
    assert 'tools/train.py' in names and 'tools/test.py' in names


def test_no_two_configs_have_one_name(wheel: zipfile.ZipFile) -> None:
    """MIM looks for the bare name, and refuses two."""
    names = [Path(name).name for name in wheel.namelist()
             if '/.mim/configs/' in name and name.endswith('.py')]
    assert sorted(names) == sorted(set(names))
    assert 'official_ocsampler_r50_anet.py' in names


def test_renamed_configs_find_their_bases(wheel: zipfile.ZipFile,
                                          tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    configs = tmp_path / 'mmaction_sampler/.mim/configs'
    renamed = sorted((configs / 'official').iterdir())
    assert renamed
    for path in renamed:
        source = ROOT / 'configs/official' / path.name.removeprefix(
            'official_')
        assert Config.fromfile(path).to_dict() == Config.fromfile(
            source).to_dict()
    # convert_official.py looks for them from the package.
    code = ('from mmaction_sampler.apis.official.conversion import '
            'official_config\n'
            "print(official_config('ocsampler_r50_anet'))")
    result = run_python(tmp_path, '-c', code, PYTHONPATH=str(tmp_path))
    found = configs / 'official/official_ocsampler_r50_anet.py'
    assert result.stdout.strip().splitlines()[-1] == str(found), result.stderr


def test_shell_scripts_stay_executable(wheel: zipfile.ZipFile) -> None:
    scripts = [i for i in wheel.infolist() if i.filename.endswith('.sh')]
    assert len(scripts) >= 4
    for script in scripts:
        assert script.external_attr >> 16 & 0o111, script.filename


def test_nothing_but_the_package_is_shipped(wheel: zipfile.ZipFile) -> None:
    tops = {name.split('/')[0] for name in wheel.namelist()}
    assert tops == {'mmaction_sampler', DIST_INFO}
    shipped_tests = [
        name for name in wheel.namelist()
        if name.startswith('tests/') or '/tests/' in name
    ]
    assert shipped_tests == []


def test_all_is_the_union_of_the_extras(wheel: zipfile.ZipFile) -> None:
    metadata = wheel.read(f'{DIST_INFO}/METADATA')
    lines = metadata.decode().splitlines()
    extras = {}
    for line in lines:
        if line.startswith('Requires-Dist:') and 'extra ==' in line:
            requirement, extra = line.split('; extra == ')
            extras.setdefault(extra.strip('"\''), set()).add(requirement)
    everything = extras.pop('all')
    assert everything == set().union(*extras.values())
    assert {'lite', 'mmpretrain', 'mim', 'vis', 'export', 'tests',
            'addons'} == set(extras)
    # For those who have the full mmcv, which mmcv-lite would overwrite.
    assert extras['addons'] == everything - extras['lite']
    core = [line for line in lines if line.startswith('Requires-Dist: mmcv')]
    assert all('extra' in line for line in core)


def test_editable_installation_leads_to_the_sources(
        source_copy: Path) -> None:
    code = ('from setuptools import build_meta\n'
            "print(build_meta.build_editable('editable'))\n")
    subprocess.run([sys.executable, '-c', code], cwd=source_copy, check=True)
    path = next((source_copy / 'editable').glob('*.whl'))
    editable = zipfile.ZipFile(path)
    prefix = 'mmaction_sampler/.mim/'
    script = editable.read(f'{prefix}tools/train.py').decode()
    assert repr(str(source_copy / 'tools' / 'train.py')) in script
    configs = {
        name[len(prefix):]
        for name in editable.namelist()
        if name.startswith(f'{prefix}configs/')
    }
    assert configs == {mim_name(name)
                       for name in sources('configs', '*.py')}
    index = editable.read(f'{prefix}model-index.yml').decode()
    metafile = source_copy / 'configs/ocsampler/metafile.yml'
    assert f'- {metafile}\n' in index
    # Anything more would hide the sources.
    assert 'mmaction_sampler/__init__.py' not in editable.namelist()
    assert any(name.endswith('.pth') for name in editable.namelist())
