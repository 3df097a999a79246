"""Torn checkpoints are passed over when a run is resumed."""
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from helpers import build_runner, log_text, tiny_config
from mmaction.registry import HOOKS
from mmengine.logging import MMLogger
from mmengine.runner import CheckpointLoader, Runner, save_checkpoint


def choose(work_dir: Path, load_from: str = None) -> str:
    """What the hook lets a run resume from."""
    runner = SimpleNamespace(
        hooks=[], _resume=True, _load_from=load_from, work_dir=str(work_dir),
        logger=MMLogger.get_instance(
            f'choose{work_dir}', log_file=str(work_dir / 'log')))
    HOOKS.build(dict(type='SoundResumeHook')).before_run(runner)
    return runner._load_from and Path(runner._load_from).name


@pytest.fixture
def work_dir(tmp_path: Path) -> Path:
    """Three whole checkpoints, and one that a longer run left."""
    for epoch in (9, 1, 2, 3):
        path = tmp_path / f'epoch_{epoch}.pth'
        save_checkpoint(dict(state_dict=dict(w=torch.rand(5000))), str(path))
    (tmp_path / 'last_checkpoint').write_text(str(path))
    return tmp_path


def tear(path: Path, how: str) -> None:
    """Damage a file."""
    content = bytearray(path.read_bytes())
    if how == 'flipped':
        content[len(content) // 2] ^= 1
    else:
        share = dict(empty=0., half=0.5, end=0.99)[how]
        content = content[:int(share * len(content))]
    path.write_bytes(content)


def test_whole_ones_are_resumed_as_ever(work_dir: Path) -> None:
    assert choose(work_dir) == 'epoch_3.pth'
    assert choose(work_dir, load_from='mine.pth') == 'mine.pth'


@pytest.mark.parametrize('how', ['empty', 'half', 'end', 'flipped'])
def test_a_torn_checkpoint_is_passed_over(work_dir: Path, how: str) -> None:
    tear(work_dir / 'epoch_3.pth', how)
    assert choose(work_dir) == 'epoch_2.pth'
    log = (work_dir / 'log').read_text()
    assert f'not resumed from {work_dir}/epoch_3.pth: ' in log
    tear(work_dir / 'epoch_2.pth', how)
    assert choose(work_dir) == 'epoch_1.pth'


def test_a_checkpoint_that_is_gone(work_dir: Path) -> None:
    (work_dir / 'epoch_3.pth').unlink()
    assert choose(work_dir) == 'epoch_2.pth'


@pytest.mark.parametrize('content', ['', '\0\0\0', None])
def test_a_torn_pointer(work_dir: Path, content: str) -> None:
    pointer = work_dir / 'last_checkpoint'
    pointer.unlink() if content is None else pointer.write_text(content)
    assert choose(work_dir) == 'epoch_3.pth'


def test_a_moved_folder(work_dir: Path, tmp_path: Path) -> None:
    pointer = work_dir / 'last_checkpoint'
    pointer.write_text('/no/such/folder/epoch_2.pth')
    assert choose(work_dir) == 'epoch_2.pth'


def test_nothing_whole_is_an_error_and_nothing_at_all_none(
        work_dir: Path) -> None:
    for path in work_dir.glob('*.pth'):
        tear(path, 'half')
    with pytest.raises(ValueError, match='none of the 3 checkpoints in .* is '
                       'whole, the last is epoch_3.pth; train without'):
        choose(work_dir)
    empty = work_dir / 'fresh'
    empty.mkdir()
    assert choose(empty) is None


def test_a_killed_writer_leaves_the_old_file(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / 'epoch_1.pth'
    save_checkpoint(dict(epoch=1), str(path))

    def die(*args) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr('os.replace', die)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(dict(epoch=2), str(path))
    assert CheckpointLoader.load_checkpoint(str(path)) == dict(epoch=1)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_run_goes_on_from_the_checkpoint_before(ann_file: Path,
                                                  tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None

    def run(**changes) -> Runner:
        runner = build_runner(cfg.copy())
        runner._resume = changes.get('resume', False)
        runner.train()
        return runner

    whole = run().model.state_dict()
    tear(tmp_path / 'epoch_4.pth', 'half')
    resumed = run(resume=True)
    assert 'resumed epoch: 3' in log_text(resumed)
    for key, value in resumed.model.state_dict().items():
        assert torch.equal(value, whole[key]), key


def test_a_single_checkpoint_is_warned_about(ann_file: Path,
                                             tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path)
    cfg.default_hooks.checkpoint.max_keep_ckpts = 1
    runner = build_runner(cfg)
    runner.call_hook('before_run')
    assert 'max_keep_ckpts=1 of CheckpointHook removes' in log_text(runner)
