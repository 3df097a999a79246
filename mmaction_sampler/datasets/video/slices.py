"""What an H.264 packet says of its picture."""
from typing import Iterator, NamedTuple, Optional

from .sps import Bits, SequenceParameters

_SLICE, _PARTITION_A, _IDR_SLICE = 1, 2, 5
# More bytes of a slice than its header's first fields take.
_HEAD = 24


class SliceHead(NamedTuple):
    """The first fields of a slice's header, H.264 Sec. 7.3.3.

    Attributes:
        is_reference (bool): Whether another picture may refer to its one.
        is_idr (bool): Whether nothing before its picture is referred to.
        frame_num (int): The same in both fields of a frame.
        field (int, optional): 0 for a top and 1 for a bottom field, None for
            a whole frame.
    """
    is_reference: bool
    is_idr: bool
    frame_num: int
    field: Optional[int]


def iter_slice_heads(packet: bytes, extradata: bytes,
                     parameters: SequenceParameters) -> Iterator[SliceHead]:
    """Read the heads of a packet's slices.

    Args:
        packet (bytes): The packet.
        extradata (bytes): The decoder's configuration; see
            :func:`sequence_parameters`.
        parameters (SequenceParameters): What it says.

    Yields:
        SliceHead: In coded order; those that cannot be read are left out.
    """
    units = (_units_with_length(packet, (extradata[4] & 3) + 1)
             if extradata[:1] == b'\1' else _units_with_start_code(packet))
    for unit in units:
        if unit and unit[0] & 31 in (_SLICE, _PARTITION_A, _IDR_SLICE):
            try:
                yield _parse(unit, parameters)
            except ValueError:
                continue


def _units_with_length(packet: bytes, size: int) -> Iterator[bytes]:
    """Begins of NAL units, each behind its length."""
    place = 0
    while place + size < len(packet):
        length = int.from_bytes(packet[place:place + size], 'big')
        place += size
        yield packet[place:place + _HEAD]
        place += length


def _units_with_start_code(packet: bytes) -> Iterator[bytes]:
    place = packet.find(b'\0\0\1')
    while place >= 0:
        yield packet[place + 3:place + 3 + _HEAD]
        place = packet.find(b'\0\0\1', place + 3)


def _parse(unit: bytes, parameters: SequenceParameters) -> SliceHead:
    bits = Bits(unit[1:].replace(b'\0\0\3', b'\0\0'))
    for _ in range(3):  # first macroblock, slice type, picture parameters
        bits.unsigned()
    if parameters.separate_colour_planes:
        bits.read(2)
    frame_num = bits.read(parameters.frame_num_bits)
    field = None
    if not parameters.frame_mbs_only and bits.read(1):
        field = bits.read(1)
    return SliceHead(unit[0] >> 5 & 3 > 0, unit[0] & 31 == _IDR_SLICE,
                     frame_num, field)
