"""Which videos a split has, and what they are called."""
from pathlib import Path
from typing import List

import pytest
from helpers import NUM_CLASSES, pipeline, tiny_config
from mmaction.registry import DATASETS
from mmengine.config import Config

from mmaction_sampler.apis.split_videos import split_dataloader, video_names


def videos(folder: Path, *names: str, prefix: bool = True) -> dict:
    """Config of a data set of these, which need not be there."""
    folder.mkdir(exist_ok=True)
    ann_file = folder / 'list.txt'
    ann_file.write_text(''.join(f'{name} 0\n' for name in names))
    return dict(type='VideoDataset', ann_file=str(ann_file), pipeline=[],
                data_prefix=dict(video=str(folder) if prefix else ''))


def names(config: dict) -> List[str]:
    return list(video_names(DATASETS.build(config)).values())


def test_names_below_the_prefix(tmp_path: Path) -> None:
    given = ['x/0.mp4', 'x/1.mp4']
    assert names(videos(tmp_path, *given)) == given
    assert names(videos(tmp_path, *given, prefix=False)) == given


def test_every_video_once(tmp_path: Path) -> None:
    config = videos(tmp_path, '0.mp4', '1.mp4', '0.mp4', '2.mp4')
    dataset = DATASETS.build(
        dict(type='RepeatDataset', times=3, dataset=config))
    assert video_names(dataset) == {0: '0.mp4', 1: '1.mp4', 3: '2.mp4'}


def test_several_prefixes(tmp_path: Path) -> None:
    a = videos(tmp_path / 'a', '0.mp4')
    b = videos(tmp_path / 'b', '1.mp4')
    both = dict(type='ConcatDataset', datasets=[a, b])
    assert names(both) == ['0.mp4', '1.mp4']
    # Where names would be ambiguous, they stay whole.
    both['datasets'][1] = videos(tmp_path / 'b', '0.mp4')
    assert names(both) == [f'{tmp_path}/a/0.mp4', f'{tmp_path}/b/0.mp4']


def test_folders_of_frames(tmp_path: Path) -> None:
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text('x/0 30 1\n')
    config = dict(type='RawframeDataset', ann_file=str(ann_file), pipeline=[],
                  data_prefix=dict(img=str(tmp_path)))
    assert names(config) == ['x/0']
    ann_file.write_text('x/0 5 30 1\n')
    with pytest.raises(ValueError, match='x/0 is annotated with an offset'):
        names(dict(config, with_offset=True))


@pytest.fixture
def cfg(ann_file: Path, tmp_path: Path) -> Config:
    """A config with other transforms in training, and a wrapped dataset."""
    cfg = tiny_config(ann_file, tmp_path)
    train = cfg.train_dataloader.dataset
    train.pipeline[1].test_mode = False
    train.ann_file = 'train.txt'
    cfg.train_dataloader.dataset = dict(
        type='RepeatDataset', times=2, dataset=train)
    cfg.test_dataloader.batch_size = 3
    cfg.test_dataloader.drop_last = True
    return cfg


def test_training_videos_are_loaded_for_testing(cfg: Config) -> None:
    before = cfg.pretty_text
    loader = split_dataloader(cfg, 'train', ('filename', 'total_frames'))
    assert loader.batch_size == 3 and 'drop_last' not in loader
    assert loader.sampler == dict(type='DefaultSampler', shuffle=False)
    dataset = loader.dataset.dataset
    assert (dataset.ann_file, dataset.test_mode) == ('train.txt', True)
    expected = pipeline(5)
    expected[-1]['meta_keys'] = ('filename', 'frame_inds', 'total_frames')
    assert dataset.pipeline == expected
    assert dataset.num_classes == NUM_CLASSES
    assert cfg.pretty_text == before


def test_missing_splits(cfg: Config) -> None:
    cfg.val_dataloader = None
    with pytest.raises(ValueError, match='has no val_dataloader; define it'):
        split_dataloader(cfg, 'val', ())
    cfg.test_dataloader = None
    with pytest.raises(ValueError, match='has no test_dataloader'):
        split_dataloader(cfg, 'train', ())
