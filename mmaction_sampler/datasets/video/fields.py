"""H.264 packets that hold a field, half the lines of a frame."""
from typing import Optional

import av

from .slices import SliceHead, iter_slice_heads
from .sps import SequenceParameters, sequence_parameters


def interlacing_parameters(context: av.VideoCodecContext
                           ) -> Optional[SequenceParameters]:
    """What an H.264 stream says, if its pictures may be fields.

    Args:
        context (av.VideoCodecContext): The decoder.

    Returns:
        SequenceParameters | None: None for other codecs and for streams
        whose pictures are all frames.
    """
    if context.codec.canonical_name != 'h264':
        return None
    parameters = sequence_parameters(context.extradata)
    if parameters is None or parameters.frame_mbs_only:
        return None
    return parameters


class FieldPairs:
    """Tells which packets begin a frame, H.264 Sec. 3.30 and 7.4.1.2.4.

    Args:
        extradata (bytes): The decoder's configuration.
        parameters (SequenceParameters): What it says.

    Attributes:
        found (bool): Whether a packet was one field.
    """

    def __init__(self, extradata: bytes,
                 parameters: SequenceParameters) -> None:
        self._extradata = extradata
        self._parameters = parameters
        self._first: Optional[SliceHead] = None
        self.found = False

    def begins_frame(self, packet: av.Packet) -> bool:
        """Look at the next packet.

        Args:
            packet (av.Packet): Packets in coded order.

        Returns:
            bool: Whether it is anything but the second field of a frame.
        """
        heads = list(iter_slice_heads(bytes(packet), self._extradata,
                                      self._parameters))
        first, self._first = self._first, None
        # Some packets hold both fields of their frame.
        if not heads or len({head.field for head in heads}) > 1 or (
                heads[0].field is None):
            return True
        self.found = True
        if first is not None and _are_pair(first, heads[0]):
            return False
        self._first = heads[0]
        return True


def _are_pair(first: SliceHead, second: SliceHead) -> bool:
    return (second.field != first.field
            and second.frame_num == first.frame_num and not second.is_idr
            and (first.is_reference or not second.is_reference))
