"""What H.264 says about its frames, before any of them is decoded."""
from functools import lru_cache
from typing import NamedTuple, Optional

#: Profiles whose parameter sets describe the chroma format.
_HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134}
_SEQUENCE_PARAMETER_SET = 7


class Bits:
    """Reads bits and Exp-Golomb codes, H.264 Sec. 9.1."""

    def __init__(self, data: bytes) -> None:
        self._text = ''.join(f'{byte:08b}' for byte in data)
        self._place = 0

    def read(self, number: int) -> int:
        """A number of so many bits."""
        end = self._place + number
        if end > len(self._text):
            raise ValueError('the parameter set ends too early')
        value = int(self._text[self._place:end] or '0', 2)
        self._place = end
        return value

    def unsigned(self) -> int:
        """An unsigned code, ue(v)."""
        one = self._text.index('1', self._place)
        zeros = one - self._place
        self._place = one
        return self.read(zeros + 1) - 1

    def signed(self) -> int:
        """A signed code, se(v)."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)


class SequenceParameters(NamedTuple):
    """Parameters of a stream, named as in H.264 Sec. 7.4.2.1.1.

    Attributes:
        max_num_ref_frames (int): Most reference frames that are kept. With
            1, a frame can refer to nothing but the one decoded before it.
        frame_num_bits (int): Bits of ``frame_num`` in slice headers.
        separate_colour_planes (bool): Whether colours are coded apart.
        frame_mbs_only (bool): Whether there is no interlacing: neither
            pictures that are one field of a frame, nor fields in a frame.
        crops_origin (bool): Whether something is cut off at the left or the
            top, so that vectors, which count from the whole picture's
            corner, lie elsewhere in the frame.
    """
    max_num_ref_frames: int
    frame_num_bits: int
    separate_colour_planes: bool
    frame_mbs_only: bool
    crops_origin: bool


@lru_cache(maxsize=16)
def sequence_parameters(extradata: Optional[bytes]
                        ) -> Optional[SequenceParameters]:
    """Read the first sequence parameter set of an H.264 stream.

    Args:
        extradata (bytes, optional): The decoder's configuration as it stands
            in the container: an ``avcC`` box or NAL units with start codes.

    Returns:
        SequenceParameters | None: None if there is none that can be read.
    """
    unit = _sequence_parameter_set(extradata or b'')
    if unit is None:
        return None
    try:
        return _parse(Bits(unit.replace(b'\0\0\3', b'\0\0')))
    except ValueError:
        return None


def max_num_ref_frames(extradata: Optional[bytes]) -> Optional[int]:
    """Most reference frames that an H.264 stream keeps.

    With 1, a frame can refer to nothing but the one decoded before it.

    Args:
        extradata (bytes, optional): The decoder's configuration as it stands
            in the container: an ``avcC`` box or NAL units with start codes.

    Returns:
        int | None: ``max_num_ref_frames`` of H.264 Sec. 7.4.2.1.1, or None
        if there is no sequence parameter set that can be read.
    """
    parameters = sequence_parameters(extradata)
    return None if parameters is None else parameters.max_num_ref_frames


def _sequence_parameter_set(extradata: bytes) -> Optional[bytes]:
    """The first one, without its NAL header."""
    if extradata[:1] == b'\1':  # avcC: six bytes, then length and set
        length = int.from_bytes(extradata[6:8], 'big')
        units = [extradata[8:8 + length]]
    else:
        units = extradata.split(b'\0\0\1')[1:]
    for unit in units:
        if unit and unit[0] & 31 == _SEQUENCE_PARAMETER_SET:
            return unit[1:]
    return None


def _parse(bits: Bits) -> SequenceParameters:
    """Read up to the cropping, H.264 Sec. 7.3.2.1.1."""
    profile = bits.read(8)
    bits.read(16)  # constraints, level
    bits.unsigned()  # seq_parameter_set_id
    separate_planes = (
        profile in _HIGH_PROFILES and _parse_chroma(bits))
    frame_num_bits = bits.unsigned() + 4
    order_type = bits.unsigned()
    if order_type == 0:
        bits.unsigned()
    elif order_type == 1:
        bits.read(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.unsigned()):
            bits.signed()
    references = bits.unsigned()
    bits.read(1)  # gaps_in_frame_num_value_allowed_flag
    bits.unsigned()  # width and height
    bits.unsigned()
    frame_mbs_only = bool(bits.read(1))
    # mb_adaptive_frame_field_flag, direct_8x8_inference_flag
    bits.read(1 if frame_mbs_only else 2)
    crops_origin = False
    if bits.read(1):  # frame_cropping_flag: left, right, top, bottom
        left, _, top = (bits.unsigned() for _ in range(3))
        crops_origin = bool(left or top)
    return SequenceParameters(references, frame_num_bits, separate_planes,
                              frame_mbs_only, crops_origin)


def _parse_chroma(bits: Bits) -> bool:
    """Read what high profiles add; ``separate_colour_plane_flag``."""
    chroma = bits.unsigned()
    separate_planes = chroma == 3 and bool(bits.read(1))
    bits.unsigned()  # bit depths
    bits.unsigned()
    bits.read(1)
    if bits.read(1):
        for number in range(12 if chroma == 3 else 8):
            if bits.read(1):
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    return separate_planes


def _skip_scaling_list(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
