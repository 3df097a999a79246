"""MIM and MMAction2's own script with an installed wheel."""
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest
from helpers import (REPOSITORY, copy_sources, run_python, tiny_config,
                     tiny_ocsampler)

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec('mim') is None, reason='openmim is missing')

SHIPPED = 'ocsampler_needle.py'
TSN = ('mmaction::recognition/tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x3-'
       '100e_kinetics400-rgb.py')
INHERITED = """
_base_ = {base!r}
custom_imports = dict(
    imports=['mmaction_sampler'], allow_failed_imports=False)
model = dict(
    {ocsampler!r},
    _delete_=True,
    classifier={{{{_base_.model}}}})
train_dataloader = dict({loader!r}, _delete_=True)
val_cfg = val_dataloader = val_evaluator = None
train_cfg = dict(_delete_=True, type='EpochBasedTrainLoop', max_epochs=2)
custom_hooks = [
    dict(type='TrainingStageHook', stages=[
        dict(name='warmup', epochs=1, param_scheduler=None),
        dict(name='policy', epochs=1, param_scheduler=None)])]
"""


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages that has this one, by a wheel."""
    folder = tmp_path_factory.mktemp('site')
    sources = copy_sources(tmp_path_factory.mktemp('sources'))
    subprocess.run([
        sys.executable, '-m', 'pip', 'install', '--no-deps',
        '--no-build-isolation', '--target', str(folder), str(sources)
    ], check=True)
    return folder


def mim(site: Path, folder: Path, command: str, *options: str) -> str:
    """Run MIM from a folder that has no sources; return what it printed."""
    result = run_python(folder, '-m', 'mim', command, *options,
                        PYTHONPATH=str(site))
    output = result.stdout + result.stderr
    assert result.returncode == 0, output[-3000:]
    return output


def shrunk(ann_file: Path) -> List[str]:
    """Options that make of a shipped config a run of seconds."""
    options = ['model.skim_size=16', 'train_cfg.max_epochs=2',
               'train_cfg.val_begin=1', 'train_cfg.val_interval=2']
    options += [f'custom_hooks.0.stages.{i}.epochs=1' for i in (0, 1)]
    for split in ('train', 'val', 'test'):
        loader = f'{split}_dataloader'
        options += [f'{loader}.batch_size=4', f'{loader}.num_workers=0',
                    f'{loader}.persistent_workers=False',
                    f'{loader}.dataset.ann_file={ann_file}',
                    f'{loader}.dataset.data_prefix.video={ann_file.parent}']
    return ['--cfg-options', *options]


@pytest.fixture(scope='module')
def trained(site: Path, ann_file: Path,
            tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a shipped config, given by its bare file name, was trained."""
    folder = tmp_path_factory.mktemp('trained')
    output = mim(site, folder, 'train', 'mmaction_sampler', SHIPPED,
                 *shrunk(ann_file))
    assert str(site / 'mmaction_sampler/.mim/tools/train.py') in output
    assert "Training stage 'policy' (2 of 2, epochs 2 to 2)" in output
    assert 'Epoch(val) [2][2/2]' in output
    return folder / 'work_dirs' / 'ocsampler_needle'


def test_search(site: Path, tmp_path: Path) -> None:
    output = mim(site, tmp_path, 'search', 'mmaction_sampler', '--dataset',
                 'fcvid', '--field', 'config', '--json', 'found.json')
    assert 'can not find' not in output
    configs = json.loads((tmp_path / 'found.json').read_text())['config']
    written = [path.read_text() for path in
               (REPOSITORY / 'configs').glob('*/metafile.yml')]
    assert len(configs) == sum(
        text.count('Training Data: FCVID\n') for text in written) > 2
    for config in configs.values():
        assert (site / 'mmaction_sampler/.mim' / config).is_file()


def test_test(site: Path, trained: Path, ann_file: Path,
              tmp_path: Path) -> None:
    config = site / 'mmaction_sampler/.mim/configs' / SHIPPED
    output = mim(site, tmp_path, 'test', 'mmaction_sampler', str(config),
                 '--checkpoint', str(trained / 'epoch_2.pth'),
                 *shrunk(ann_file))
    assert str(site / 'mmaction_sampler/.mim/tools/test.py') in output
    assert 'cost/num_selected: 3.0' in output
    assert 'mean of 8 videos' in ' '.join(output.split())


def test_mmaction2_trains_a_shipped_config(site: Path, ann_file: Path,
                                           tmp_path: Path) -> None:
    config = site / 'mmaction_sampler/.mim/configs' / SHIPPED
    output = mim(site, tmp_path, 'train', 'mmaction2', str(config),
                 *shrunk(ann_file))
    assert 'mmaction/.mim/tools/train.py' in output
    assert "Training stage 'policy' (2 of 2, epochs 2 to 2)" in output
    assert (tmp_path / 'work_dirs/ocsampler_needle/epoch_2.pth').is_file()


def test_a_config_of_mmaction2_is_a_classifier(site: Path, ann_file: Path,
                                               tmp_path: Path) -> None:
    """Its recognizer, inherited, is trained inside OCSampler."""
    ocsampler = tiny_ocsampler()
    ocsampler['skim_head']['num_classes'] = 400
    del ocsampler['classifier']
    loader = tiny_config(ann_file, tmp_path).train_dataloader.to_dict()
    loader['dataset']['indices'] = [0, 1]  # one iteration
    config = tmp_path / 'own.py'
    config.write_text(INHERITED.format(
        base=TSN, ocsampler=ocsampler, loader=loader))
    output = mim(site, tmp_path, 'train', 'mmaction_sampler', str(config),
                 '--cfg-options', 'model.classifier.backbone.pretrained=None')
    assert 'trains skim_network, skim_head, classifier (24.' in output
    assert (tmp_path / 'work_dirs/own/epoch_2.pth').is_file()
