"""H.264 pictures written bit by bit, of kinds that no encoder here makes."""
from fractions import Fraction
from pathlib import Path
from typing import List, Tuple

import av
import numpy as np


class BitWriter:
    """Writes the codes of H.264 Sec. 9.1."""

    def __init__(self) -> None:
        self._text = ''

    def bits(self, count: int, value: int) -> 'BitWriter':
        """An unsigned number of fixed size."""
        self._text += format(value, f'0{count}b')
        return self

    def codes(self, *values: int) -> 'BitWriter':
        """Unsigned Exp-Golomb codes."""
        for value in values:
            text = format(value + 1, 'b')
            self._text += '0' * (len(text) - 1) + text
        return self

    def samples(self, values: np.ndarray) -> 'BitWriter':
        """Bytes from the next whole byte on."""
        self._text += '0' * (-len(self._text) % 8)
        self._text += ''.join(format(v, '08b') for v in values.ravel())
        return self

    def unit(self, head: int) -> bytes:
        """The NAL unit with its start code."""
        text = self._text + '1'
        text += '0' * (-len(text) % 8)
        content = bytearray()
        for byte in int(text, 2).to_bytes(len(text) // 8, 'big'):
            if content[-2:] == b'\0\0' and byte <= 3:
                content.append(3)
            content.append(byte)
        return b'\0\0\0\1' + bytes([head]) + bytes(content)


def parameter_sets(height: int, width: int, is_interlaced: bool) -> bytes:
    """Of main profile, four bits of frame_num, eight of picture order."""
    rows = height // (32 if is_interlaced else 16)
    sps = BitWriter().bits(8, 77).bits(8, 0).bits(8, 30)
    sps.codes(0, 0, 0, 4, 1).bits(1, 0).codes(width // 16 - 1, rows - 1)
    sps.bits(2 if is_interlaced else 1, 0 if is_interlaced else 1)
    # No reordering, in the end: decoders give each frame at once.
    sps.bits(2, 0b10).bits(1, 1).bits(8, 0).bits(2, 0b11)
    sps.codes(0, 0, 10, 10, 0, 1)
    pps = BitWriter().codes(0, 0).bits(2, 0).codes(0, 0, 0).bits(3, 0)
    pps.codes(0, 0, 0).bits(3, 0)
    return sps.unit(0x67) + pps.unit(0x68)


def intra_picture(grey: np.ndarray, frame_num: int, order: int,
                  is_idr: bool, idr_number: int = 0,
                  field: Tuple[int, ...] = ()) -> bytes:
    """A slice of raw samples; ``field`` is (1, 0) for top, (1, 1) bottom."""
    slice_ = BitWriter().codes(0, 7, 0).bits(4, frame_num % 16)
    for flag in field:
        slice_.bits(1, flag)
    if is_idr:
        slice_.codes(idr_number)
    slice_.bits(8, order % 256).bits(2 if is_idr else 1, 0).codes(0)
    for y in range(0, grey.shape[0], 16):
        for x in range(0, grey.shape[1], 16):
            slice_.codes(25).samples(
                grey[y:y + 16, x:x + 16].clip(1, 254))
            slice_.samples(np.full(128, 128))
    return slice_.unit(0x65 if is_idr else 0x61)


def mux(path: Path, packets: List[bytes], keys: List[bool], rate: int) -> Path:
    """Write packets with start codes at a steady rate."""
    raw = path.with_suffix('.raw.264')
    raw.write_bytes(b''.join(packets))
    with av.open(str(raw)) as source, av.open(str(path), 'w') as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, (content, key) in enumerate(zip(packets, keys)):
            packet = av.Packet(content)
            packet.time_base = Fraction(1, rate)
            packet.pts, packet.dts, packet.duration = number, number, 1
            packet.is_keyframe, packet.stream = key, stream
            target.mux(packet)
    return path
