"""Decoded frames of a video file, by their number."""
from contextlib import ExitStack
from functools import cached_property
from itertools import chain, groupby, islice
from typing import (Callable, Dict, Iterator, List, Mapping, NamedTuple,
                    Optional)

import av
import numpy as np

from .container import Closing, VideoError, errors_name, open_video
from .decoded import is_key_frame
from .index import VideoIndex, read_index
from .rgb import RGBConverter, turned


class NumberedFrame(NamedTuple):
    """A decoded frame and its number in the file.

    Attributes:
        number (int): Place in display order, from 0.
        frame (av.VideoFrame): The frame, in the codec's pixel format.
    """
    number: int
    frame: av.VideoFrame


class VideoReader(Closing):
    """Reads chosen frames of a video file, exactly and cheaply.

    Frames are told apart by their times, not by the frame rate, so that
    files of variable rate, with negative times or without a frame count are
    read right. Where the container has no usable times, frames are counted
    from the beginning of the file.

    Use it in a ``with`` statement or call :meth:`close`.

    Args:
        filename (str): Path of a video file.
        codec_options (dict): Options of FFmpeg's decoder. Defaults to none.

    Attributes:
        index (VideoIndex): What is in the file.

    Raises:
        FileNotFoundError: If there is no such file.
        VideoError: If it is no video.
    """

    def __init__(self,
                 filename: str,
                 codec_options: Mapping[str, str] = {}) -> None:
        self.filename = str(filename)
        self._codec_options = codec_options
        self._to_rgb = RGBConverter()
        self._open()
        try:
            self.index: VideoIndex = read_index(self.filename, self._opened)
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        """Frames in the file."""
        return self.index.num_frames

    def close(self) -> None:
        """Close the file."""
        self._files.close()

    def get_frames(self, frame_inds: np.ndarray,
                   upright: bool = True) -> List[np.ndarray]:
        """Decode frames that may lie far apart.

        From the key frame before each frame on, what no other frame refers
        to is skipped.

        Args:
            frame_inds (np.ndarray): Numbers of the frames, in any order,
                possibly repeated, integer ``(N, )``.
            upright (bool): Turn the frames as the file says; False leaves
                them as coded, as motion vectors are. Defaults to True.

        Returns:
            list[np.ndarray]: The frames in that order, RGB uint8
            ``(H, W, 3)``. Repeated numbers share one array.

        Raises:
            IndexError: If a number is outside the file.
            VideoError: If a frame cannot be decoded.
        """
        numbers = [int(number) for number in frame_inds]
        for number in numbers:
            if not 0 <= number < len(self):
                raise IndexError(
                    f'frame {number} is outside video {self.filename}, which '
                    f'has frames 0 to {len(self) - 1}')
        wanted = sorted(set(numbers))
        found: Dict[int, av.VideoFrame] = {}
        with errors_name(self.filename):
            for key, group in groupby(wanted, self.index.key_before):
                if key is not None:
                    found.update(self._decode_group(key, list(group)))
            missing = [number for number in wanted if number not in found]
            if missing:
                found.update(self._decode_from_start(missing))
        for number in wanted:
            if number not in found:
                raise VideoError(
                    f'frame {number} of video {self.filename} cannot be '
                    f'decoded; encode it again or remove it')
        images = {
            number: turned(self._to_rgb(frame), frame.rotation * upright)
            for number, frame in found.items()
        }
        return [images[number] for number in numbers]

    def iter_frames(self, start: int = 0,
                    stop: Optional[int] = None) -> Iterator[NumberedFrame]:
        """Decode a range of frames, without the part of the file before it.

        Frames that cannot be decoded are left out.

        Args:
            start (int): First frame. Defaults to 0.
            stop (int, optional): Frame after the last one. Defaults to None,
                the end.

        Yields:
            NumberedFrame: Frames in display order.

        Raises:
            VideoError: If the file is damaged.
        """
        return self._within(start, stop, self._iter_before)

    def iter_key_frames(self, start: int = 0,
                        stop: Optional[int] = None) -> Iterator[NumberedFrame]:
        """Decode nothing but the key frames (I-frames) of a range.

        Args:
            start (int): First frame of the range. Defaults to 0.
            stop (int, optional): Frame after the last one. Defaults to None,
                the end.

        Yields:
            NumberedFrame: Key frames in display order.

        Raises:
            VideoError: If the file is damaged.
        """
        return self._within(start, stop, self._iter_keys_before)

    def _within(self, start: int, stop: Optional[int],
                from_before: Callable[[int], Iterator[NumberedFrame]]
                ) -> Iterator[NumberedFrame]:
        """Frames of a range, given how to decode from before its begin."""
        stop = len(self) if stop is None else min(stop, len(self))
        if start >= stop:
            return
        with errors_name(self.filename):
            for numbered in from_before(start):
                if numbered.number >= stop:
                    break
                if numbered.number >= start:
                    yield numbered
                if numbered.number == stop - 1:
                    break

    def _open(self) -> None:
        self._files = ExitStack()
        self._opened = self._files.enter_context(
            open_video(self.filename, self._codec_options))
        self._container, self._stream = self._opened

    def _reopen(self) -> None:
        """Go back to the very beginning; not all containers can seek."""
        self._files.close()
        self._open()

    def _packets_from(self, key: int) -> Iterator[av.Packet]:
        """Packets in coded order, from the key frame shown at a time."""
        self._stream.codec_context.flush_buffers()
        before = self.index.key_pts[self.index.key_pts < key][-1:].tolist()
        # Transport streams go by times of decoding: too far at first. Where
        # a container goes back further, by itself, it knows why.
        for time in (key, *before):
            self._container.seek(time, stream=self._stream)
            packets, held = self._container.demux(self._stream), []
            for packet in packets:
                if packet.pts == key:
                    yield from (*held, packet)
                    yield from packets
                    return
                if packet.pts is None or packet.pts > key:
                    break
                if time == key:
                    held.append(packet)
        # The container cannot seek there, or tells other times afterwards.
        self._reopen()
        yield from self._container.demux(self._stream)

    def _decode(self,
                packets: Iterator[av.Packet]) -> Iterator[av.VideoFrame]:
        for packet in packets:
            yield from self._stream.codec_context.decode(packet)

    def _iter_keys_before(self, number: int) -> Iterator[NumberedFrame]:
        """Key frames from the one before a frame on, or from the start."""
        key = self.index.key_before(number)
        if key is None:
            frames = self._iter_from_start()
        else:  # the last packet is empty and makes the decoder give all
            frames = self._number(self._decode(
                packet for packet in self._packets_from(key)
                if packet.is_keyframe or not packet.size))
        return (found for found in frames if is_key_frame(found.frame))

    def _iter_before(self, number: int) -> Iterator[NumberedFrame]:
        """Frames from the key frame before one on, if not from the start."""
        key = self.index.key_before(number)
        if key is not None:
            frames = self._decode(self._packets_from(key))
            first = [*islice((frame for frame in frames if frame.pts is None
                              or frame.pts >= key), 1)]
            if self._begins_with(key, first[0] if first else None):
                return self._number(chain(first, frames))
        return self._iter_from_start()

    def _begins_with(self, key: int, frame: Optional[av.VideoFrame]) -> bool:
        """Whether a frame shows that decoding has begun at a key frame.

        Some containers call every frame a key frame, and some decoders then
        make up what such frames refer to.
        """
        if self.index.number_of(key) is None:
            return True  # an edit list hides it
        return frame is not None and frame.pts == key and is_key_frame(frame)

    def _iter_from_start(self) -> Iterator[NumberedFrame]:
        """All frames, counted if they have no times."""
        self._reopen()
        frames = self._container.decode(self._stream)
        if self.index.pts is not None:
            return self._number(frames)
        return map(NumberedFrame._make, enumerate(frames))

    @cached_property
    def _numbers(self) -> Dict[int, int]:
        """Numbers by times; few frames that lie far apart do not need it."""
        return {pts: number
                for number, pts in enumerate(self.index.pts.tolist())}

    def _number(self,
                frames: Iterator[av.VideoFrame]) -> Iterator[NumberedFrame]:
        """Number frames by their times; leave out those not in the index."""
        for frame in frames:
            number = self._numbers.get(frame.pts)
            if number is not None:
                yield NumberedFrame(number, frame)

    def _decode_group(self, key: int,
                      numbers: List[int]) -> Dict[int, av.VideoFrame]:
        """Decode frames that depend on one key frame."""
        wanted = {int(self.index.pts[number]): number for number in numbers}
        ahead = set(wanted)
        found, first = {}, None
        for packet in self._packets_from(key):
            context = self._stream.codec_context
            context.skip_frame = 'DEFAULT' if packet.pts in ahead else 'NONREF'
            frames = context.decode(packet)
            ahead.discard(packet.pts)
            if not ahead and packet.size:
                # Nothing more is needed: let the decoder give what it holds
                # back, instead of feeding it until it does.
                frames = [*frames, *context.decode(None)]
            for frame in frames:
                if frame.pts == key:
                    first = frame
                if frame.pts in wanted and not frame.is_corrupt:
                    found[wanted[frame.pts]] = frame
            if not ahead:
                break
        self._stream.codec_context.skip_frame = 'DEFAULT'
        return found if self._begins_with(key, first) else {}

    def _decode_from_start(self,
                           numbers: List[int]) -> Dict[int, av.VideoFrame]:
        """Decode everything up to some frames, where seeking did not help."""
        ahead = set(numbers)
        found = {}
        for number, frame in self._iter_from_start():
            if number in ahead:
                ahead.remove(number)
                if not frame.is_corrupt:
                    found[number] = frame
            if not ahead:
                break
        return found
