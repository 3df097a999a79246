"""Frames that are coded as two fields, one packet each."""
from pathlib import Path
from typing import List, Tuple

import av
import numpy as np
import pytest
from helpers_h264 import intra_picture, mux, parameter_sets
from helpers_video import assert_reads_as_decoded, moving_texture, write_frames

from mmaction_sampler.datasets.video import read_index
from mmaction_sampler.datasets.video.fields import interlacing_parameters

HEIGHT, WIDTH, NUM_FRAMES = 32, 48, 24
FRAMES = moving_texture(NUM_FRAMES, HEIGHT, WIDTH, (1, 1))[..., 0]


def field_packets(top_first: bool = True) -> Tuple[List[bytes], List[bool]]:
    packets, keys = [], []
    for number, image in enumerate(FRAMES):
        place = number % 8
        for turn in range(2):
            bottom = int(turn == top_first)
            is_idr = place == 0 and turn == 0
            head = b'\0\0\0\1\x09\xf0'
            if is_idr:
                head += parameter_sets(HEIGHT, WIDTH, True)
            packets.append(head + intra_picture(
                image[bottom::2], place, 2 * place + turn, is_idr,
                number // 8 % 2, (1, bottom)))
            keys.append(is_idr)
    return packets, keys


@pytest.mark.parametrize('name', ['a.ts', 'a.mkv', 'a.mp4'])
@pytest.mark.parametrize('top_first', [True, False])
def test_one_frame_of_two_packets(tmp_path: Path, name: str,
                                  top_first: bool) -> None:
    path = mux(tmp_path / name, *field_packets(top_first), rate=50)
    index = read_index(str(path))
    assert index.present == 2 * NUM_FRAMES
    # Reading a frame must not end at its first field.
    assert not index.is_seekable
    assert_reads_as_decoded(path, NUM_FRAMES)


def test_without_times(tmp_path: Path) -> None:
    path = tmp_path / 'a.264'
    path.write_bytes(b''.join(field_packets()[0]))
    assert_reads_as_decoded(path, NUM_FRAMES)


@pytest.mark.parametrize('name', ['a.mkv', 'a.mp4'])
def test_both_fields_in_one_packet(tmp_path: Path, name: str) -> None:
    packets, keys = field_packets()
    joined = [top + bottom for top, bottom in zip(packets[::2], packets[1::2])]
    path = mux(tmp_path / name, joined, keys[::2], rate=25)
    assert read_index(str(path)).is_seekable
    assert_reads_as_decoded(path, NUM_FRAMES)


@pytest.mark.parametrize('interlaced', [0, 1])
def test_frames_of_interlaced_macroblocks(tmp_path: Path,
                                          interlaced: int) -> None:
    path = write_frames(
        tmp_path / 'a.mp4', np.stack([FRAMES] * 3, -1), max_b_frames=2,
        options={'x264-params': f'interlaced={interlaced}:slices=2'})
    with av.open(str(path)) as container:
        found = interlacing_parameters(container.streams.video[0]
                                       .codec_context)
    assert (found is not None) == interlaced
    assert read_index(str(path)).is_seekable
    assert_reads_as_decoded(path, NUM_FRAMES)
