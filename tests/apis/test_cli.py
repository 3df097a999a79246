"""Options of the training and test scripts, and what they change."""
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable, List

import pytest
import torch
from mmengine.config import Config

from mmaction_sampler.apis import cli, config_edits

ROOT = Path(__file__).parents[2]

CONFIG = """
custom_imports = dict(imports=['mmaction_sampler', 'toy_parts'])
default_scope = 'mmaction'
model = dict(type='ToyModel', num_candidates=4)
pipeline = [
    dict(type='RandomChoice', transforms=[[
        dict(type='SampleCandidateFrames', num_candidates=8)]]),
    dict(type='Resize', scale=(8, 8))]
loader = dict(
    batch_size=2, num_workers=0, collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='ToyDataset', pipeline=pipeline))
train_dataloader = val_dataloader = test_dataloader = loader
val_evaluator = test_evaluator = dict(type='ToyMetric')
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01))
default_hooks = dict(visualization=dict(type='VisualizationHook'))
"""

PARTS = """
import torch
from mmaction.registry import DATASETS, METRICS, MODELS
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel

@MODELS.register_module()
class ToyModel(BaseModel):
    def __init__(self, num_candidates):
        super().__init__()
        self.fc = torch.nn.Linear(3, num_candidates)
    def forward(self, x, mode):
        y = self.fc(x)
        if mode == 'loss':
            return dict(loss=y.pow(2).mean())
        return [dict(score=float(row.sum())) for row in y]

@DATASETS.register_module()
class ToyDataset(torch.utils.data.Dataset):
    metainfo = {}
    def __init__(self, pipeline):
        self.pipeline = pipeline
    def __len__(self):
        return 8
    def __getitem__(self, index):
        return dict(x=torch.full((3, ), float(index)))

@METRICS.register_module()
class ToyMetric(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.extend(data_samples)
    def compute_metrics(self, results):
        return dict(num_samples=len(results))
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Path of a config that trains within a second."""
    (tmp_path / 'toy_parts.py').write_text(PARTS)
    path = tmp_path / 'toy.py'
    path.write_text(CONFIG)
    return str(path)


def train_config(config: str, *options: str) -> Config:
    # The toy modules are imported by the scripts' own processes only.
    Path(config).write_text(CONFIG.replace(", 'toy_parts'", ''))
    return cli.train_config(cli.parse_train_args([config, *options]))


def num_candidates(cfg: Config, loader: str) -> int:
    pipeline = cfg[loader].dataset.pipeline
    return pipeline[0].transforms[0][0].num_candidates


def test_defaults_follow_the_config_name(config: str) -> None:
    cfg = train_config(config)
    assert cfg.work_dir == './work_dirs/toy'
    assert cfg.launcher == 'none'
    assert not cfg.get('resume', False)
    assert cfg.val_cfg is not None


def test_options_win_over_the_config(config: str) -> None:
    cfg = train_config(config, '--work-dir', 'there', '--no-validate',
                       '--seed', '5', '--deterministic', '--cfg-options',
                       'optim_wrapper.optimizer.lr=0.5', 'work_dir=here',
                       'randomness.diff_rank_seed=True')
    assert cfg.work_dir == 'there'
    assert cfg.val_cfg is cfg.val_dataloader is cfg.val_evaluator is None
    assert cfg.optim_wrapper.optimizer.lr == 0.5
    assert dict(cfg.randomness) == dict(
        seed=5, deterministic=True, diff_rank_seed=True)


@pytest.mark.parametrize('options, load_from',
                         [(['--resume'], None),
                          (['--resume', 'some.pth'], 'some.pth')])
def test_resume(config: str, options: List[str], load_from: str) -> None:
    cfg = train_config(config, *options)
    assert cfg.resume is True
    assert cfg.load_from == load_from


def test_num_candidates_reaches_nested_pipelines(config: str) -> None:
    cfg = train_config(config, '--cfg-options', 'model.num_candidates=16')
    for split in ('train', 'val', 'test'):
        assert num_candidates(cfg, f'{split}_dataloader') == 16


def test_num_candidates_of_other_models_is_left(config: str) -> None:
    cfg = Config.fromfile(config, import_custom_modules=False)
    del cfg.model['num_candidates']
    config_edits.sync_num_candidates(cfg)
    assert num_candidates(cfg, 'train_dataloader') == 8


def test_auto_scale_lr(config: str) -> None:
    with pytest.raises(ValueError, match='base_batch_size'):
        train_config(config, '--auto-scale-lr')
    cfg = train_config(config, '--auto-scale-lr', '--cfg-options',
                       'auto_scale_lr.base_batch_size=64')
    assert cfg.auto_scale_lr.enable is True


def test_amp_is_bf16_without_an_accelerator(
        config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_edits, 'get_device', lambda: 'cpu')
    cfg = train_config(
        config, '--amp', '--cfg-options',
        'optim_wrapper.type=AmpOptimWrapper', 'optim_wrapper.dtype=float16')
    assert cfg.optim_wrapper.type == 'BF16OptimWrapper'
    assert not {'loss_scale', 'dtype'} & set(cfg.optim_wrapper)
    config_edits.enable_amp(cfg)
    assert cfg.optim_wrapper.type == 'BF16OptimWrapper'


@pytest.mark.parametrize('argument, device, dtype', [
    ([], 'cpu', torch.bfloat16), (['bf16'], 'cpu', torch.bfloat16),
    ([], 'cuda', torch.float16), (['bf16'], 'cuda', torch.bfloat16)])
def test_amp_of_a_test(config: str, argument: list, device: str,
                       dtype: torch.dtype,
                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_edits, 'get_device', lambda: device)
    Path(config).write_text(CONFIG.replace(", 'toy_parts'", ''))
    before = torch.get_autocast_dtype(device)
    try:
        cfg = cli.test_config(cli.parse_test_args(
            [config, 'a.pth', '--amp', *argument]))
        assert torch.get_autocast_dtype(device) == dtype
    finally:
        torch.set_autocast_dtype(device, before)
    assert cfg.test_cfg.fp16 is True
    plain = cli.test_config(cli.parse_test_args([config, 'a.pth']))
    assert not plain.test_cfg.get('fp16')


@pytest.mark.parametrize('argv, parse, edit', [
    ([], cli.parse_train_args, cli.train_config),
    (['a.pth'], cli.parse_test_args, cli.test_config)])
@pytest.mark.parametrize('slowdown, device, warned', [
    (1.7, 'cpu', True), (0.4, 'cpu', False), (1.7, 'cuda', False)])
def test_amp_warns_where_bf16_is_slow(
        config: str, monkeypatch: pytest.MonkeyPatch, argv: list,
        parse: Callable, edit: Callable, slowdown: float, device: str,
        warned: bool) -> None:
    Path(config).write_text(CONFIG.replace(", 'toy_parts'", ''))
    monkeypatch.setattr(config_edits, 'get_device', lambda: device)
    monkeypatch.setattr(config_edits, 'bf16_slowdown', lambda: slowdown)
    said = []
    monkeypatch.setattr(
        config_edits, 'print_log', lambda text, **_: said.append(text))
    before = torch.get_autocast_dtype(device)
    try:
        edit(parse([config, *argv, '--amp']))
    finally:
        torch.set_autocast_dtype(device, before)
    assert any('takes 1.7 times as long' in text for text in said) == warned


def test_fp16_tests_need_an_accelerator(
        config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(config).write_text(CONFIG.replace(", 'toy_parts'", ''))
    monkeypatch.setattr(config_edits, 'get_device', lambda: 'cpu')
    with pytest.raises(ValueError, match='use --amp bf16'):
        cli.test_config(cli.parse_test_args(
            [config, 'a.pth', '--amp', 'fp16']))


def test_amp_reaches_stages_and_components(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_edits, 'get_device', lambda: 'cuda')
    sgd = dict(type='SGD', lr=0.1)
    cfg = Config(
        dict(
            optim_wrapper=dict(optimizer=sgd),
            custom_hooks=[
                dict(type='EMAHook'),
                dict(
                    type='TrainingStageHook',
                    stages=[
                        dict(name='a'),
                        dict(
                            name='b',
                            optim_wrapper=dict(
                                type='OptimWrapper',
                                optimizer=sgd,
                                loss_scale=512.)),
                        dict(
                            name='c',
                            optim_wrapper=dict(
                                constructor='Some',
                                policy=dict(
                                    type='OptimWrapper', optimizer=sgd)))
                    ])
            ]))
    config_edits.enable_amp(cfg)
    stages = cfg.custom_hooks[1].stages
    assert cfg.optim_wrapper.type == 'AmpOptimWrapper'
    assert cfg.optim_wrapper.loss_scale == 'dynamic'
    assert 'optim_wrapper' not in stages[0]
    assert stages[1].optim_wrapper.type == 'AmpOptimWrapper'
    assert stages[1].optim_wrapper.loss_scale == 512.
    assert stages[2].optim_wrapper.policy.type == 'AmpOptimWrapper'
    assert 'type' not in stages[2].optim_wrapper

    stages[1].optim_wrapper.type = 'ApexOptimWrapper'
    with pytest.raises(ValueError, match=r'\[1\].stages\[1\].optim_wrapper'):
        config_edits.enable_amp(cfg)


def test_test_options(config: str) -> None:
    Path(config).write_text(CONFIG.replace(", 'toy_parts'", ''))
    parse = cli.parse_test_args
    cfg = cli.test_config(
        parse([
            config, 'some.pth', '--dump', 'out.pkl', '--show-dir', 'drawn',
            '--interval', '3', '--wait-time', '0.5'
        ]))
    assert cfg.load_from == 'some.pth'
    assert cfg.test_evaluator == [
        dict(type='ToyMetric'),
        dict(type='DumpResults', out_file_path='out.pkl')
    ]
    assert cfg.default_hooks.visualization == dict(
        type='VisualizationHook',
        enable=True,
        show=False,
        wait_time=0.5,
        out_dir='drawn',
        interval=3)
    with pytest.raises(ValueError, match='out.txt'):
        cli.test_config(parse([config, 'some.pth', '--dump', 'out.txt']))
    with pytest.raises(ValueError, match='default_hooks.visualization'):
        config_edits.enable_visualization(
            Config(dict()), show=True, out_dir=None, interval=1, wait_time=1)


def test_missing_config() -> None:
    args = cli.parse_train_args(['no_such_config.py'])
    with pytest.raises(FileNotFoundError, match='no_such_config.py'):
        cli.train_config(args)


@pytest.mark.parametrize('name, content, message', [
    ('a.py', 'model = dict(', 'a.py is no Python: .*never closed'),
    ('a.py', 'lr = 1', 'a.py has no model'),
    ('a.txt', 'model', 'a.txt is no config'),
])
def test_what_is_no_config(tmp_path: Path, name: str, content: str,
                           message: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        cli.train_config(cli.parse_train_args([str(path)]))
    with pytest.raises(FileNotFoundError, match='is a folder'):
        cli.train_config(cli.parse_train_args([str(tmp_path)]))


def test_loaders_without_workers(tmp_path: Path) -> None:
    path = tmp_path / 'a.py'
    path.write_text("""
model = dict(type='a')
train_dataloader = dict(num_workers=2, persistent_workers=True, timeout=9)
val_dataloader = dict(num_workers=2, persistent_workers=True)
""")
    cfg = cli.train_config(cli.parse_train_args([
        str(path), '--cfg-options', 'train_dataloader.num_workers=0']))
    assert cfg.train_dataloader == dict(num_workers=0)
    assert cfg.val_dataloader.persistent_workers


def test_other_launchers_need_an_accelerator() -> None:
    with pytest.raises(ValueError, match='use --launcher pytorch'):
        cli.setup_cpu_distributed(Config(dict(launcher='slurm')))


def run_tool(folder: Path, *command: str) -> subprocess.CompletedProcess:
    path = os.pathsep.join([str(ROOT), str(folder)])
    return subprocess.run(
        command,
        cwd=folder,
        env=dict(
            os.environ,
            PYTHONPATH=path,
            PYTHON=sys.executable,
            PORT=str(20000 + os.getpid() % 10000),
            CUDA_VISIBLE_DEVICES=''),
        capture_output=True,
        text=True,
        check=False)


def test_metrics_of_any_kind_are_written(tmp_path: Path) -> None:
    path = tmp_path / 'new/out.json'
    cli.write_metrics({
        'acc/top1': .5, 'acc/top5': float('nan'),
        'confusion_matrix/result': torch.tensor([[3, 0], [1, 2]])}, str(path))

    def refuse(word: str) -> None:
        raise ValueError(f'{word} is no JSON')

    assert json.loads(path.read_text(), parse_constant=refuse) == {
        'acc/top1': .5, 'acc/top5': None,
        'confusion_matrix/result': [[3, 0], [1, 2]]}
    before = path.read_text()
    with pytest.raises(TypeError):
        cli.write_metrics(dict(metric=object()), str(path))
    assert path.read_text() == before
    assert [p.name for p in path.parent.iterdir()] == ['out.json']


def test_scripts_train_and_test(config: str, tmp_path: Path) -> None:
    trained = run_tool(tmp_path, sys.executable,
                       str(ROOT / 'tools' / 'train.py'), config, '--seed', '1')
    assert trained.returncode == 0, trained.stderr
    assert 'num_candidates 8 -> 4' in trained.stdout + trained.stderr
    weights = tmp_path / 'work_dirs' / 'toy' / 'epoch_1.pth'
    tested = run_tool(tmp_path, sys.executable, str(ROOT / 'tools/test.py'),
                      config, str(weights), '--dump', 'out.pkl')
    assert tested.returncode == 0, tested.stderr
    assert (tmp_path / 'out.pkl').is_file()
    failed = run_tool(tmp_path, sys.executable, str(ROOT / 'tools/test.py'),
                      config, 'missing.pth')
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == (
        'FileNotFoundError: Checkpoint missing.pth does not exist; check the '
        'path.')


@pytest.mark.skipif(
    not torch.distributed.is_gloo_available(), reason='torch has no gloo')
def test_two_processes_train_on_the_cpu(config: str, tmp_path: Path) -> None:
    trained = run_tool(tmp_path, str(ROOT / 'tools' / 'dist_train.sh'), config,
                       '2', '--work-dir', 'out')
    assert trained.returncode == 0, trained.stderr
    # Eight samples in batches of two on two ranks: two iterations each.
    assert '[1][2/2]' in trained.stdout + trained.stderr
    tested = run_tool(tmp_path, str(ROOT / 'tools' / 'dist_test.sh'), config,
                      'out/epoch_1.pth', '2')
    assert tested.returncode == 0, tested.stderr
    assert 'num_samples: 8' in tested.stdout + tested.stderr
