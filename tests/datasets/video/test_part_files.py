"""What a killed process leaves is removed; what others write stays."""
import os
import subprocess
import sys
from pathlib import Path

from mmaction_sampler.datasets.video.part_files import (part_path,
                                                        remove_stale_parts)


def ended_process() -> int:
    """Number of a process that is no more."""
    process = subprocess.Popen([sys.executable, '-c', ''])
    process.wait()
    return process.pid


def test_only_what_nobody_writes_is_removed(tmp_path: Path) -> None:
    mine = part_path(tmp_path / 'a.mp4')
    assert mine.parent == tmp_path
    stale = tmp_path / f'.a.mp4.{ended_process()}.part'
    others = [tmp_path / name for name in (
        f'.b.mp4.{os.getppid()}.part', f'.c.{"9" * 30}.part',
        f'a.mp4.{ended_process()}.part', '.a.part', 'a.mp4')]
    for path in (mine, stale, *others):
        path.touch()
    assert remove_stale_parts(tmp_path) == 1
    assert set(tmp_path.iterdir()) == {mine, *others}
