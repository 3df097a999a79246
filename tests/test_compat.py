"""The mends, and the checkpoint reader that they install."""
import pickle
import subprocess
import sys
import types
from pathlib import Path
from typing import Any, Tuple

import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel
from mmengine.optim import (OneCycleLR, OneCycleParamScheduler, OptimWrapper,
                            OptimWrapperDict)
from mmengine.runner import CheckpointLoader, Runner
from torch.utils.data import DataLoader, Dataset

from mmaction_sampler import compat, safe_checkpoint


class Reduced:
    """Pickles as a call of ``function`` with ``args``."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call: Tuple[Any, Tuple] = (function, args)

    def __reduce__(self) -> Tuple[Any, Tuple]:
        return self.call


class Numbers(Dataset):
    """Eight random rows."""

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.full((3, ), float(index))


class TwoParts(BaseModel):
    """Two linear layers, one optimiser each."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(3, 3)
        self.second = torch.nn.Linear(3, 1)

    def forward(self, inputs: torch.Tensor, mode: str = 'tensor') -> Any:
        loss = self.second(self.first(inputs)).pow(2).mean()
        return dict(loss=loss) if mode == 'loss' else loss

    def train_step(self, data: torch.Tensor,
                   optim_wrapper: OptimWrapperDict) -> Any:
        loss = self(data, 'loss')['loss']
        for wrapper in optim_wrapper.values():
            wrapper.zero_grad()
        loss.backward()
        for wrapper in optim_wrapper.values():
            wrapper.step()
        return dict(loss=loss.detach())


def train(work_dir: Path, max_epochs: int, resume: bool = False) -> Runner:
    model = TwoParts()
    wrappers = OptimWrapperDict(
        **{
            name: OptimWrapper(
                torch.optim.Adam(getattr(model, name).parameters(), lr=0.1))
            for name in ('first', 'second')
        })
    runner = Runner(
        model=model,
        work_dir=str(work_dir),
        train_dataloader=DataLoader(Numbers(), batch_size=4),
        train_cfg=dict(by_epoch=True, max_epochs=max_epochs),
        optim_wrapper=wrappers,
        custom_hooks=[dict(type='EMAHook')],
        resume=resume,
        experiment_name=f'{work_dir.name}_{max_epochs}')
    runner.train()
    return runner


def test_mmengine_checkpoint_resumes(tmp_path: Path) -> None:
    train(tmp_path, max_epochs=1)
    checkpoint = CheckpointLoader.load_checkpoint(
        str(tmp_path / 'epoch_1.pth'), map_location='cpu')
    assert 'ema_state_dict' in checkpoint
    assert set(checkpoint['optimizer']) == {'first', 'second'}
    history = checkpoint['message_hub']['log_scalars']['train/loss']
    assert isinstance(history, HistoryBuffer)
    assert history.mean(2) == pytest.approx(history.data[0].mean())

    runner = train(tmp_path, max_epochs=2, resume=True)
    assert runner.iter == 4
    steps = runner.optim_wrapper['first'].optimizer.state_dict()['state']
    assert steps[0]['step'] == 4


@pytest.mark.parametrize('strategy', ['cos', 'linear'])
def test_one_cycle_schedule_resumes(tmp_path: Path, strategy: str) -> None:

    def schedule() -> OneCycleLR:
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
        return OneCycleLR(optimizer, eta_max=0.1, total_steps=10,
                          anneal_strategy=strategy)

    saved, path = schedule(), tmp_path / 'epoch_1.pth'
    for _ in range(4):
        saved.step()
    torch.save(dict(param_schedulers=[saved.state_dict()]), path)
    resumed = schedule()
    resumed.load_state_dict(
        CheckpointLoader.load_checkpoint(str(path))['param_schedulers'][0])
    for scheduler in (saved, resumed):
        scheduler.step()
    assert saved.get_last_value() == resumed.get_last_value()


def test_numpy_and_config_values_load(tmp_path: Path) -> None:
    values = dict(
        array=np.arange(3),
        scalar=np.float32(0.5),
        flags=np.array([True, False]),
        config=ConfigDict(a=dict(b=1)))
    torch.save(values, tmp_path / 'values.pth')
    loaded = safe_checkpoint.load_from_local(str(tmp_path / 'values.pth'))
    assert loaded['array'].tolist() == [0, 1, 2]
    assert loaded['scalar'] == np.float32(0.5)
    assert loaded['flags'].tolist() == [True, False]
    assert loaded['config'].a.b == 1


@pytest.mark.parametrize('module', ['numpy.core', 'numpy._core'])
def test_both_names_of_numpy_load(tmp_path: Path, module: str) -> None:
    path = tmp_path / 'array.pth'
    torch.save(
        dict(a=np.arange(3)), path, _use_new_zipfile_serialization=False)
    data = path.read_bytes()
    for written in (b'cnumpy._core.multiarray\n', b'cnumpy.core.multiarray\n'):
        data = data.replace(written, f'c{module}.multiarray\n'.encode())
    path.write_bytes(data)
    assert f'c{module}.multiarray'.encode() in data
    loaded = safe_checkpoint.load_from_local(str(path))
    assert loaded['a'].tolist() == [0, 1, 2]


@pytest.mark.parametrize('zipped', [True, False])
@pytest.mark.parametrize(
    'attack', ['system', 'eval', 'getattr', 'buffer', 'schedule'])
def test_code_in_a_checkpoint_is_refused(tmp_path: Path, attack: str,
                                         zipped: bool) -> None:
    import os
    marker = tmp_path / 'marker'
    payload, named = {
        'system': (Reduced(os.system, f'touch {marker}'), 'posix.system'),
        'eval': (Reduced(eval, f'open({str(marker)!r}, "w")'), 'eval'),
        'getattr':
        (Reduced(getattr, HistoryBuffer, '__init__'), '__init__'),
        'buffer': (Reduced(getattr, HistoryBuffer.mean, '__globals__'),
                   '__globals__'),
        'schedule': (Reduced(getattr, OneCycleParamScheduler, '_get_value'),
                     '_get_value'),
    }[attack]
    path = tmp_path / 'attack.pth'
    torch.save(
        dict(state_dict=payload), path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ValueError, match='is refused') as error:
        CheckpointLoader.load_checkpoint(str(path), map_location='cpu')
    assert str(path) in str(error.value)
    assert named in str(error.value)
    assert '\n' not in str(error.value)
    assert not marker.exists()


def test_attack_would_work_without_the_reader(tmp_path: Path) -> None:
    marker = tmp_path / 'marker'
    attack = Reduced(eval, f'open({str(marker)!r}, "w").close()')
    pickle.loads(pickle.dumps(attack))
    assert marker.exists()


def test_downloads_are_read_without_code(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / 'marker'
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    folder = tmp_path / 'checkpoints'
    folder.mkdir()
    attack = Reduced(eval, f'open({str(marker)!r}, "w").close()')
    torch.save(dict(state_dict=attack), folder / 'attack.pth')
    torch.save(dict(state_dict=dict(w=torch.ones(1))), folder / 'good.pth')
    # Both lie in the download cache, so that no network is needed.
    with pytest.raises(ValueError, match='is refused'):
        CheckpointLoader.load_checkpoint('https://example.com/attack.pth')
    assert not marker.exists()
    good = CheckpointLoader.load_checkpoint('https://example.com/good.pth')
    assert good['state_dict']['w'].item() == 1


def test_failed_download_names_the_address(tmp_path: Path) -> None:
    url = f'file://{tmp_path}/missing.pth'
    with pytest.raises(ConnectionError, match='cannot be downloaded') as error:
        safe_checkpoint.load_url(url, model_dir=str(tmp_path / 'cache'))
    assert url in str(error.value)


@pytest.mark.parametrize('content', ['cut', 'empty', 'text', 'legacy'])
def test_damaged_checkpoint(tmp_path: Path, content: str) -> None:
    path = tmp_path / 'bad.pth'
    torch.save(
        dict(w=torch.zeros(1000)),
        path,
        _use_new_zipfile_serialization=content != 'legacy')
    data = path.read_bytes()
    path.write_bytes({
        'cut': data[:len(data) // 2],
        'empty': b'',
        'text': b'hello world\n',
        'legacy': data[:len(data) // 2],
    }[content])
    with pytest.raises(ValueError, match='cannot be read') as error:
        CheckpointLoader.load_checkpoint(str(path), map_location='cpu')
    assert str(path) in str(error.value)
    assert '\n' not in str(error.value)


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    path = tmp_path / 'list.pth'
    with pytest.raises(FileNotFoundError, match='list.pth does not exist'):
        CheckpointLoader.load_checkpoint(str(path))
    with pytest.raises(FileNotFoundError, match='is a folder'):
        CheckpointLoader.load_checkpoint(str(tmp_path))
    (tmp_path / 'page.md').write_text('# A page\n')
    with pytest.raises(ValueError, match='was not written by torch.save'):
        CheckpointLoader.load_checkpoint(str(tmp_path / 'page.md'))
    torch.save([1, 2], path)
    with pytest.raises(ValueError, match='holds a list'):
        CheckpointLoader.load_checkpoint(str(path))


def test_mends_are_recorded_once() -> None:
    mends = compat.apply()
    assert [mend.name for mend in mends
            ] == ['mmaction drn', 'torchvision nms', 'checkpoint loading',
                'bfloat16 losses']
    assert len(compat.apply()) == 4
    for mend in mends:
        assert mend.thread.startswith('https://github.com/')
        assert mend.applied == mend.needed


def fake_mmaction(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    spec = types.SimpleNamespace(origin=str(root / '__init__.py'))
    monkeypatch.setattr(compat.importlib.util, 'find_spec', lambda _: spec)


def test_drn_stub_only_where_the_folder_is_missing(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = 'mmaction.models.localizers.drn'
    for module in (name, f'{name}.drn'):
        monkeypatch.setitem(sys.modules, module, None)
    fake_mmaction(monkeypatch, tmp_path)
    mend = compat.mend_drn()
    assert mend.needed and mend.applied
    with pytest.raises(ImportError, match='mmaction2 1.2.0'):
        sys.modules[f'{name}.drn'].DRN(backbone=None)

    monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / 'models' / 'localizers' / 'drn').mkdir(parents=True)
    mend = compat.mend_drn()
    assert not mend.needed and not mend.applied
    assert sys.modules[name] is None


def test_torchvision_works_after_the_mend() -> None:
    pytest.importorskip('torchvision')
    from torchvision.ops import box_iou
    boxes = torch.tensor([[0., 0., 2., 2.]])
    assert box_iou(boxes, boxes).item() == 1


def test_torchvision_ops_are_declared_on_demand(tmp_path: Path) -> None:
    """A stand-in torchvision that fails as the real one does."""
    (tmp_path / 'torchvision').mkdir()
    (tmp_path / 'torchvision' / '__init__.py').write_text(
        'import torch\n'
        'if not hasattr(torch.ops.torchvision, "nms"):\n'
        '    raise RuntimeError('
        '"operator torchvision::nms does not exist")\n')
    code = ('import sys; sys.orig_argv = ["mmaction_sampler.env"]\n'
            f'sys.path.insert(0, {str(tmp_path)!r})\n'
            'from mmaction_sampler import compat\n'
            'mend = compat.mend_torchvision_nms()\n'
            'import torchvision\n'
            'assert torchvision.__file__.startswith('
            f'{str(tmp_path)!r})\n'
            'print(mend.needed, mend.applied)\n'
            'print(compat.mend_torchvision_nms().needed)\n')
    result = subprocess.run([sys.executable, '-c', code],
                            capture_output=True,
                            text=True,
                            check=False)
    assert result.stdout.split() == ['True', 'True', 'False'], result.stderr
