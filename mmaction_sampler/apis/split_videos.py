"""The videos of a split, each once, and what the annotations call them."""
import copy
from pathlib import PurePath
from typing import Dict, Iterator, List, Mapping, Sequence

from mmengine.config import Config, ConfigDict
from torch.utils.data import Dataset

from .config_edits import keep_meta_keys


def split_dataloader(cfg: Config, split: str,
                     meta_keys: Sequence[str]) -> ConfigDict:
    """How to load the videos of a split for testing, in order.

    Args:
        cfg (Config): A recognizer's config.
        split (str): ``'train'``, ``'val'`` or ``'test'``: whose annotations.
        meta_keys (Sequence[str]): What samples keep, beside what they keep
            already.

    Returns:
        ConfigDict: ``test_dataloader`` with the split's dataset in test
        mode and the test pipeline in it.

    Raises:
        ValueError: If the config has no such split, or none for testing.
    """
    for name in ('test_dataloader', f'{split}_dataloader'):
        if not cfg.get(name):
            raise ValueError(
                f'config {cfg.filename} has no {name}; define it there, or '
                f'choose another split')
    loader = copy.deepcopy(cfg.test_dataloader)
    pipeline = next(_with_pipeline(loader.dataset)).pipeline
    keep_meta_keys(pipeline, meta_keys)
    loader.dataset = copy.deepcopy(cfg[f'{split}_dataloader'].dataset)
    for dataset in _with_pipeline(loader.dataset):
        dataset.update(pipeline=pipeline, test_mode=True)
    for key in ('batch_sampler', 'drop_last', 'num_batch_per_epoch'):
        loader.pop(key, None)
    loader.sampler = ConfigDict(type='DefaultSampler', shuffle=False)
    return loader


def video_names(dataset: Dataset) -> Dict[int, str]:
    """The videos of a dataset, each once, as the annotations name them.

    Args:
        dataset (Dataset): Of MMAction2, or a wrapper of such.

    Returns:
        dict[int, str]: Position in the dataset -> path below the data
        prefix. If two videos have the same there, paths with the prefix.

    Raises:
        ValueError: If the dataset's videos are parts of longer ones.
    """
    first: Dict[str, int] = {}
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        if 'offset' in info:
            raise ValueError(
                f'{video_path(info)} is annotated with an offset, but a '
                f'selection file has one line a folder; put every part into '
                f'a folder of its own')
        first.setdefault(video_path(info), i)
    prefixes = list(_prefixes(dataset))
    names = {i: _below(path, prefixes) for path, i in first.items()}
    if len(set(names.values())) < len(names):
        names = {i: path for path, i in first.items()}
    return names


def video_path(info: Mapping[str, str]) -> str:
    """Path of the video, or of the folder of its frames.

    Args:
        info (Mapping): What a dataset says of it, or a sample.
    """
    return info.get('filename') or info.get('frame_dir')


def _with_pipeline(dataset: ConfigDict) -> Iterator[ConfigDict]:
    """Configs of datasets, out of those of their wrappers."""
    if 'pipeline' in dataset:
        yield dataset
    for inner in (dataset.get('dataset'), *dataset.get('datasets', ())):
        if inner is not None:
            yield from _with_pipeline(inner)


def _prefixes(dataset: Dataset) -> Iterator[str]:
    """Data prefixes of a dataset, or of those that it wraps."""
    prefix = getattr(dataset, 'data_prefix', None) or {}
    yield from (value for value in prefix.values() if value)
    for inner in (getattr(dataset, 'dataset', None),
                  *getattr(dataset, 'datasets', ())):
        if inner is not None:
            yield from _prefixes(inner)


def _below(path: str, prefixes: List[str]) -> str:
    """The path below the first prefix that it begins with."""
    for prefix in prefixes:
        if PurePath(path).is_relative_to(prefix):
            return PurePath(path).relative_to(prefix).as_posix()
    return path
