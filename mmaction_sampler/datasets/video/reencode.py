"""A copy of a video file whose motion vectors are exact."""
from collections import deque
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Iterable, Iterator, List, Optional, Tuple

import av

from mmaction_sampler.whole_file import whole_file

from .audio import decode_sound
from .container import VideoError, errors_name, local_path, open_input
from .index import VideoIndex
from .normalise import encoded_frames, set_up_encoder
from .part_files import part_path
from .reader import NumberedFrame, VideoReader

#: Audio codecs that go into MP4 as they are.
_COPIED_AUDIO = {'aac', 'mp3', 'ac3', 'eac3', 'alac', 'opus', 'mp2'}


def reencode_file(source: str,
                  target: str,
                  quality: int = 1,
                  short_side: Optional[int] = None) -> int:
    """Write a video anew: MPEG-4 Part 2, groups of 12, no B-frames.

    The container is MP4, whatever the name's suffix. Times of the frames,
    their rotation and the first audio stream stay. The file is there whole
    or not at all.

    Args:
        source (str): The video.
        target (str): File to write; its folder must be there.
        quality (int): Constant quantiser step, 1 (best) to 31. Defaults to
            1.
        short_side (int, optional): Shrink frames to this many pixels on
            their short side; smaller ones stay. Defaults to None, no change.

    Returns:
        int: Frames written.

    Raises:
        FileNotFoundError: If ``source`` does not exist.
        VideoError: If it cannot be decoded as a whole.
        OSError: If the target cannot be written.
    """
    try:
        with whole_file(target, part_path(target)) as part:
            with VideoReader(source) as reader, errors_name(source):
                count = _write(reader, part, quality, short_side)
            if count < len(reader):
                raise VideoError(
                    f'only {count} of {len(reader)} frames of video {source} '
                    f'can be decoded')
    except av.error.OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error
    return count


def _write(reader: VideoReader, path: Path, quality: int,
           short_side: Optional[int]) -> int:
    """Encode all frames that can be decoded; how many there were."""
    frames = reader.iter_frames()
    first = next(frames, None)
    if first is None:
        return 0
    width, height = _size(first.frame, short_side)
    clock = _Clock(reader.index)
    with open_input(reader.filename) as source, av.open(
            local_path(path), 'w', format='mp4') as output:
        stream = output.add_stream('mpeg4')
        set_up_encoder(stream.codec_context, width, height, quality)
        if first.frame.rotation:
            stream.set_display_rotation(first.frame.rotation)
        sound = _Sound(source, output)
        count = 0
        for packet in _packets(stream, clock, encoded_frames(
                chain([first], frames), width, height)):
            output.mux(sound.until(packet.pts * packet.time_base))
            output.mux(packet)
            count += 1
        output.mux(sound.until(None))
    return count


def _size(frame: av.VideoFrame, short_side: Optional[int]) -> Tuple[int, int]:
    """Width and height to encode."""
    short = min(frame.width, frame.height)
    if short_side is None or short <= short_side:
        return frame.width, frame.height
    # Even, because colour has half the resolution.
    width, height = (2 * round(side * short_side / short / 2)
                     for side in (frame.width, frame.height))
    return width, height


class _Clock:
    """When frames are shown."""

    def __init__(self, index: VideoIndex) -> None:
        self._pts = index.pts
        rate = index.frame_rate or 25.
        self.time_base = (
            Fraction(1, 90000) if index.pts is None else index.time_base)
        self.duration = round(1 / rate / float(self.time_base))

    def pts(self, number: int) -> int:
        """Time of a frame in units of ``time_base``."""
        return (number * self.duration if self._pts is None else
                int(self._pts[number]))


def _packets(stream: av.VideoStream, clock: _Clock,
             frames: Iterable[NumberedFrame]) -> Iterator[av.Packet]:
    """Packets of frames, with the source's times."""
    numbers = deque()

    def stamp(packet: av.Packet) -> av.Packet:
        packet.time_base = clock.time_base
        packet.pts = packet.dts = clock.pts(numbers.popleft())
        packet.duration = clock.duration
        return packet

    for number, frame in frames:
        numbers.append(number)
        yield from map(stamp, stream.encode(frame))
    yield from map(stamp, stream.encode(None))


class _Sound:
    """The source's first audio stream on its way into a file."""

    def __init__(self, source: av.container.InputContainer,
                 output: av.container.OutputContainer) -> None:
        self._next: Optional[av.Packet] = None
        self._packets: Iterator[av.Packet] = iter(())
        streams = source.streams.audio
        if not streams or streams[0].codec_context is None:
            return
        if streams[0].codec_context.codec.canonical_name in _COPIED_AUDIO:
            stream = output.add_stream_from_template(streams[0])
            self._packets = _copied(source, streams[0], stream)
        else:
            stream = output.add_stream('aac', rate=streams[0].rate)
            self._packets = _encoded(source, streams[0], stream)
        self._next = next(self._packets, None)

    def until(self, seconds: Optional[Fraction]) -> List[av.Packet]:
        """Packets up to a time, or all that are left."""
        found = []
        while self._next is not None and (
                seconds is None
                or self._next.pts * self._next.time_base <= seconds):
            found.append(self._next)
            self._next = next(self._packets, None)
        return found


def _copied(source: av.container.InputContainer, theirs: av.AudioStream,
            ours: av.AudioStream) -> Iterator[av.Packet]:
    for packet in source.demux(theirs):
        if packet.pts is not None:
            packet.stream = ours
            yield packet


def _encoded(source: av.container.InputContainer, theirs: av.AudioStream,
             ours: av.AudioStream) -> Iterator[av.Packet]:
    for frame in decode_sound(source, theirs):
        yield from ours.encode(frame)
    yield from ours.encode(None)
