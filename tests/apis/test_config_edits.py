"""Configs that are read, their loaders in step with their models."""
import pytest
from helpers import REPOSITORY
from mmengine.config import Config

from mmaction_sampler.apis.config_edits import (keep_meta_keys,
                                                keep_ranks_uneven,
                                                read_config)

FASTER = str(REPOSITORY / 'configs/faster_r2plus1d50_k400.py')


def test_clips_of_faster_reach_the_pipelines() -> None:
    cfg = read_config(FASTER, {'model.num_clips': 16, 'model.clip_len': 16})
    for split in ('train', 'val', 'test'):
        sampler = cfg[f'{split}_dataloader'].dataset.pipeline[1]
        assert (sampler.num_clips, sampler.clip_len) == (16, 16)


def test_no_workers_persist_in_no_tool() -> None:
    """torch's loader refuses what holds for workers alone."""
    cfg = read_config(FASTER, {
        'val_dataloader.num_workers': 0, 'val_dataloader.prefetch_factor': 4})
    assert cfg.test_dataloader.persistent_workers
    assert 'persistent_workers' not in cfg.val_dataloader
    assert 'prefetch_factor' not in cfg.val_dataloader


@pytest.mark.parametrize('options', [None, {}])
def test_nothing_is_overridden(options) -> None:
    cfg = read_config(FASTER, options)
    assert cfg.filename == FASTER
    assert (cfg.model.num_clips, cfg.model.clip_len) == (8, 32)


def test_loaders_of_hooks_are_kept_in_step(tmp_path) -> None:
    loader = dict(
        num_workers=0, persistent_workers=True,
        sampler=dict(type='DefaultSampler', shuffle=False),
        dataset=dict(pipeline=[
            dict(type='SampleCandidateFrames', num_candidates=10)]))
    path = tmp_path / 'a.py'
    Config(dict(
        model=dict(num_candidates=4),
        custom_hooks=[dict(type='TrainingStageHook'),
                      dict(type='KeepThresholdHook', dataloader=None),
                      dict(type='KeepThresholdHook', dataloader=loader)]
    )).dump(path)
    cfg = read_config(str(path))
    keep_ranks_uneven(cfg)
    edited = cfg.custom_hooks[2].dataloader
    assert edited.dataset.pipeline[0].num_candidates == 4
    assert edited.sampler.round_up is False
    assert 'persistent_workers' not in edited


def test_meta_keys_are_added() -> None:
    default = dict(type='PackActionInputs')
    own = dict(type='PackActionInputs', meta_keys=('filename', 'img_shape'))
    keep_meta_keys([dict(pipeline=[default]), own], ('filename', 'fps'))
    assert default['meta_keys'] == (
        'img_shape', 'img_key', 'video_id', 'timestamp', 'filename', 'fps')
    assert own['meta_keys'] == ('filename', 'img_shape', 'fps')


def test_no_such_config(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match=(
            'Config .*no.py does not exist; check the path')):
        read_config(str(tmp_path / 'no.py'))
