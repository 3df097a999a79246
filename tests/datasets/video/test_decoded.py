"""Cuts without the begin of a group: what no decoder shows is not listed."""
from pathlib import Path
from typing import Dict

import pytest
from helpers_video import (assert_reads_as_decoded, change_packets,
                           decode_all, moving_texture, write_frames)

from mmaction_sampler.datasets.video import decoded, index, read_index

FRAMES = moving_texture(40, 64, 96, (1, 1))
OPEN_GOP = 'open-gop=1:keyint=12:bframes=3'
# Container, options, packets cut off, frames that a plain decode gives (None:
# as it says).
CUTS: Dict[str, tuple] = {
    'mpeg2_open': ('mkv', dict(codec='mpeg2video', max_b_frames=2), 13, None),
    'mpeg2_ts': ('ts', dict(codec='mpeg2video', max_b_frames=2), 5, None),
    'h264_ts': ('ts', dict(max_b_frames=3), 5, 28),
    'h264_mp4': ('mp4', dict(max_b_frames=3), 5, 28),
    # This decoder shows frames that begin in the midst of a group.
    'mpeg4': ('mkv', dict(codec='mpeg4'), 5, 35),
    'hevc_open': ('mkv', dict(codec='libx265', options={
        'x265-params': f'{OPEN_GOP}:log-level=none'}), 13, None),
}


@pytest.mark.parametrize('kind', CUTS)
def test_what_is_cut_in_a_group(tmp_path: Path, kind: str) -> None:
    suffix, options, place, num_frames = CUTS[kind]
    source = write_frames(tmp_path / f'whole.{suffix}', FRAMES, **options)
    path = change_packets(
        source, tmp_path / f'cut.{suffix}',
        lambda number, content: content if number >= place else None)
    if num_frames is None:
        num_frames = len(decode_all(path))
    assert_reads_as_decoded(path, num_frames)


def test_whole_files_are_not_decoded(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.forget_indices()
    monkeypatch.setattr(decoded, 'open_video', None)
    for suffix in ('mp4', 'mkv', 'ts'):
        path = write_frames(tmp_path / f'a.{suffix}', FRAMES, max_b_frames=3)
        assert read_index(str(path)).num_frames == 40
