"""Videos that are read by several processes."""
import shutil
from pathlib import Path
from typing import Iterator, List

import pytest
from helpers import write_video
from torch.utils.data import get_worker_info

from mmaction_sampler.apis.video_loading import iter_loaded


class GrowingFolder:
    """A folder of which each worker would see another beginning."""

    def __init__(self, paths: List[str]) -> None:
        self._paths = paths

    def __iter__(self) -> Iterator[str]:
        worker = get_worker_info()
        return iter(self._paths[worker.id if worker else 0:])


def pack(results: dict) -> dict:
    """The least that a pipeline does."""
    return dict(inputs=results['filename'], data_samples=None)


@pytest.fixture
def paths(tmp_path: Path) -> List[str]:
    """One video under seven names."""
    first = write_video(tmp_path / '0.mp4')
    return [str(first), *(str(shutil.copy(first, tmp_path / f'{i}.mp4'))
                          for i in range(1, 7))]


@pytest.mark.parametrize('workers', [0, 2])
def test_every_video_once_and_in_order(paths, workers):
    loaded = list(iter_loaded(GrowingFolder(paths), [pack], workers))
    assert [video.path for video in loaded] == paths
    assert [video.packed['inputs'] for video in loaded] == paths
