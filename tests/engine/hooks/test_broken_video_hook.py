"""Runs over lists with videos that cannot be decoded."""
import shutil
from pathlib import Path

import pytest
import torch
from helpers import build_runner, log_text, tiny_config
from helpers_scsampler import scsampler_config
from mmaction.registry import HOOKS
from mmengine.runner import Runner

from mmaction_sampler.datasets import read_quarantine
from mmaction_sampler.datasets.clip_stream import VideoClipStream
from mmaction_sampler.structures import ClipStreamError

BROKEN = ('missing.mp4', 'truncated.mp4', 'empty.mp4')


def run_test(ann_file: Path, work_dir: Path) -> tuple:
    """Test, in batches of two, a model that calls everything class 1.

    Returns:
        tuple[Runner, dict]: The runner and its metrics.
    """
    cfg = tiny_config(ann_file, work_dir)
    cfg.test_dataloader.batch_size = 2
    runner = build_runner(cfg)
    with torch.no_grad():
        runner.model.classifier.cls_head.fc_cls.bias[1] = 100.
    return runner, runner.test()


def assert_named_once(runner: Runner, summary: str) -> None:
    """Every broken video has one line of its own and a place in the sum."""
    lines = log_text(runner).splitlines()
    for name in BROKEN:
        own = [x for x in lines if 'broken video: ' in x and name in x]
        assert len(own) == 1, own
    ends = [line for line in lines if 'broken video(s)' in line]
    assert len(ends) == 1
    assert f'3 broken video(s) of {summary}: ' in ends[0]
    assert all(name in ends[0] for name in BROKEN)


@pytest.mark.parametrize('num_workers', [0, 1])
def test_training_goes_on(broken_list: Path, tmp_path: Path,
                          num_workers: int) -> None:
    cfg = tiny_config(broken_list, tmp_path / 'work')
    cfg.train_dataloader.num_workers = num_workers
    cfg.default_hooks.broken_videos.max_share = 0.6
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    runner = build_runner(cfg)
    runner.train()
    assert runner.epoch == 4
    assert_named_once(runner, 'train were replaced by others')


def test_no_metric_scores_them(broken_list: Path, tmp_path: Path) -> None:
    """The first batch holds nothing but broken videos."""
    runner, metrics = run_test(broken_list, tmp_path / 'all')
    assert metrics.pop('broken_videos') == 3
    assert metrics['acc/top1'] == 1.
    assert_named_once(runner, 'test are in none of the metrics')
    assert 'mean of 2 videos' in log_text(runner)
    good = tmp_path / 'good.txt'
    good.write_text('good.mp4 1\ngood2.mp4 1\n')
    good_runner, expected = run_test(good, tmp_path / 'good')
    for key in ('time', 'data_time'):
        metrics.pop(key, None), expected.pop(key, None)
    assert metrics == expected
    assert 'broken video' not in log_text(good_runner)


def test_nothing_but_broken_videos(broken_list: Path,
                                   tmp_path: Path) -> None:
    broken_list.write_text(''.join(f'{name} 1\n' for name in BROKEN))
    with pytest.raises(
            RuntimeError,
            match=r'none of the test videos could be decoded, one is .*'
            r'missing.mp4 \(the file does not exist\); check data_prefix'):
        run_test(broken_list, tmp_path)


def test_no_video_at_all(ann_file: Path, tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path)
    cfg.test_dataloader.update(batch_size=9, drop_last=True)
    with pytest.raises(RuntimeError, match=(
            'no result of any test video, and none is broken; check data')):
        build_runner(cfg).test()


def test_streams_that_break_are_counted(tmp_path: Path,
                                        monkeypatch) -> None:
    """One opens as it should, and fails while the model reads it."""
    load = VideoClipStream.load

    def fail(self, inds):
        if self._results['filename'].endswith('1.mp4'):
            raise ClipStreamError('frame 3 of 1.mp4 cannot be decoded')
        yield from load(self, inds)

    monkeypatch.setattr(VideoClipStream, 'load', fail)
    runner = build_runner(scsampler_config(tmp_path, tmp_path / 'run'))
    assert runner.test()['broken_videos'] == 1
    assert 'of 3 videos' in log_text(runner)
    (name, reason), = read_quarantine(
        tmp_path / 'run/quarantine.jsonl').items()
    assert name.endswith('1.mp4') and reason.startswith('frame 3')


def test_validation_counts_them_anew(broken_list: Path,
                                     tmp_path: Path) -> None:
    """A later validation names no video again, but counts all."""
    runner = build_runner(tiny_config(broken_list, tmp_path / 'work'))
    for _ in range(2):
        assert runner.val()['broken_videos'] == 3
    assert log_text(runner).count('broken video: ') == 3
    shutil.copy(broken_list.parent / 'good.mp4',
                broken_list.parent / 'missing.mp4')
    assert runner.val()['broken_videos'] == 2
    assert '2 broken video(s) of val' in log_text(runner)


@pytest.mark.parametrize('times', [1, 3])
def test_training_stops_when_too_many_are_broken(
        broken_list: Path, tmp_path: Path, times: int) -> None:
    """Three of five are, more than the half that is allowed."""
    cfg = tiny_config(broken_list, tmp_path / 'work')
    cfg.train_dataloader.dataset = dict(
        type='ConcatDataset', datasets=[
            dict(type='RepeatDataset', times=times,
                 dataset=cfg.train_dataloader.dataset)])
    with pytest.raises(RuntimeError, match=r'3 of 5 training videos are '
                       r'broken, more than max_share=0.5 .*quarantine.jsonl; '
                       'mend them, take them off'):
        build_runner(cfg).train()
    named = read_quarantine(tmp_path / 'work/quarantine.jsonl')
    assert sorted(Path(name).name for name in named) == sorted(BROKEN)


@pytest.mark.parametrize('max_share', [0., 1.1])
def test_wrong_shares_are_refused(max_share: float) -> None:
    with pytest.raises(ValueError, match='max_share must be in'):
        HOOKS.build(dict(type='BrokenVideoHook', max_share=max_share))
