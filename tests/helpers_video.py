"""Videos of known motion, in the codecs that matter."""
from fractions import Fraction
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

import av
import cv2
import numpy as np

from mmaction_sampler.datasets.video import VideoReader

#: Options that make the codec predict from the last frame alone.
EXACT: Dict[str, Dict] = {
    'mpeg4': dict(codec='mpeg4', max_b_frames=0,
                  options={'flags': '+qscale', 'global_quality': '236'}),
    'h264': dict(codec='libx264', max_b_frames=0,
                 options={'refs': '1', 'crf': '12', 'x264-params':
                          'weightp=0:scenecut=0'}),
}
#: Files whose own vectors do not tell the motion from frame to frame.
INEXACT: Dict[str, Dict] = {
    'mpeg4_b': dict(codec='mpeg4', max_b_frames=2,
                    options={'flags': '+qscale', 'global_quality': '236'}),
    'h264_b': dict(codec='libx264', max_b_frames=3,
                   options={'refs': '4', 'crf': '12'}),
    'h264_refs': dict(codec='libx264', max_b_frames=0,
                      options={'refs': '4', 'crf': '12'}),
}


def moving_texture(num_frames: int, height: int, width: int,
                   shift: Tuple[int, int]) -> np.ndarray:
    """A smooth texture that moves by ``shift`` (x, y) pixels a frame.

    Returns:
        np.ndarray: RGB uint8 ``(num_frames, height, width, 3)``.
    """
    margin = num_frames * max(map(abs, shift))
    noise = np.random.default_rng(0).normal(
        size=(height + 2 * margin, width + 2 * margin, 3))
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    image = np.uint8(128 + 100 * smooth / np.abs(smooth).max())
    frames = []
    for i in range(num_frames):
        y, x = margin - i * shift[1], margin - i * shift[0]
        frames.append(image[y:y + height, x:x + width])
    return np.stack(frames)


def write_frames(path: Path,
                 frames: np.ndarray,
                 codec: str = 'libx264',
                 max_b_frames: int = 0,
                 options: Optional[Dict[str, str]] = None,
                 gop: int = 12,
                 pts: Optional[np.ndarray] = None,
                 rotation: int = 0,
                 sound: Optional[np.ndarray] = None,
                 rate: int = 10) -> Path:
    """Encode RGB frames at a steady rate, or at times in 1/1000 s.

    Args:
        path (Path): File to write.
        frames (np.ndarray): uint8 ``(n, H, W, 3)``.
        codec (str): FFmpeg's name of an encoder.
        max_b_frames (int): B-frames in a row.
        options (dict, optional): Of the encoder.
        gop (int): Frames in a group.
        pts (np.ndarray, optional): Times in 1/1000 s.
        rotation (int): Degrees that a player turns the frames by.
        sound (np.ndarray, optional): 16 kHz mono, float32 ``(samples, )``.
        rate (int): Frames per second.
    """
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = 'yuv420p'
        stream.gop_size = gop
        stream.thread_count = 1
        stream.max_b_frames = max_b_frames
        stream.options = options or {}
        if rotation:
            stream.set_display_rotation(rotation)
        if pts is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        audio = None if sound is None else container.add_stream(
            'pcm_s16le' if path.suffix in ('.avi', '.mkv') else 'aac',
            rate=16000, layout='mono')
        for i, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame.pts = i if pts is None else int(pts[i])
            frame.time_base = (
                Fraction(1, rate) if pts is None else Fraction(1, 1000))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            samples = av.AudioFrame.from_ndarray(
                np.int16(sound * 32767)[None], format='s16', layout='mono')
            samples.sample_rate = 16000
            samples.pts = 0
            samples.time_base = Fraction(1, 16000)
            container.mux(audio.encode(samples))
            container.mux(audio.encode(None))
    return path


def write_two_sizes(path: Path, num_frames: int = 24) -> Path:
    """Encode MPEG-4 of 64 x 48 pixels that goes on with 96 x 64 pixels."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('mpeg4', rate=10)
        larger = av.CodecContext.create('mpeg4', 'w')
        larger.framerate, larger.time_base = 10, Fraction(1, 10)
        place = 0
        for encoder, width, height in ((stream.codec_context, 64, 48),
                                       (larger, 96, 64)):
            encoder.width, encoder.height = width, height
            encoder.pix_fmt, encoder.gop_size = 'yuv420p', 12
            for image in [*moving_texture(num_frames, height, width, (1, 0)),
                          None]:
                frame = image if image is None else (
                    av.VideoFrame.from_ndarray(image, format='rgb24'))
                if frame is not None:
                    frame.pts, frame.time_base = place, Fraction(1, 10)
                    place += 1
                for packet in encoder.encode(frame):
                    packet.stream = stream
                    container.mux(packet)
    return path


def remux(source: Path, target: Path, **options: str) -> Path:
    """Write the same packets with other options of the container."""
    with av.open(str(source)) as old, av.open(
            str(target), 'w', options=options) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return target


def change_packets(source: Path, target: Path,
                   change: Callable[[int, bytes], Optional[bytes]],
                   delay: Callable[[int], int] = lambda number: 0) -> Path:
    """Write packets, each as ``change`` gives it or not, delayed."""
    with av.open(str(source)) as old, av.open(str(target), 'w') as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        packets = [p for p in old.demux(video=0) if p.size]
        for number, packet in enumerate(packets):
            content = change(number, bytes(packet))
            if content is None:
                continue
            changed = av.Packet(content)
            changed.time_base = packet.time_base
            late = delay(number)
            changed.pts, changed.dts = packet.pts + late, packet.dts + late
            changed.is_keyframe = packet.is_keyframe
            changed.stream = stream
            new.mux(changed)
    return target


def decode_all(path: Path) -> List[np.ndarray]:
    """The frames of a plain pass through the file, RGB in its order."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format='rgb24')
                for frame in container.decode(video=0)]


def assert_reads_as_decoded(path: Path, num_frames: int) -> None:
    """Chosen frames, ranges and key frames are those of a plain pass."""
    whole = decode_all(path)
    with VideoReader(str(path)) as reader:
        assert len(reader) == len(whole) == num_frames
        for number in range(num_frames):
            np.testing.assert_array_equal(
                reader.get_frames([number])[0], whole[number])
        for inds in (range(num_frames), range(0, num_frames, 7)):
            for number, image in zip(inds, reader.get_frames(inds)):
                np.testing.assert_array_equal(image, whole[number])
        for start in (0, num_frames // 2, num_frames - 2):
            found = {number: frame.to_ndarray(format='rgb24')
                     for number, frame in reader.iter_frames(start)}
            assert list(found) == list(range(start, num_frames))
            for number, image in found.items():
                np.testing.assert_array_equal(image, whole[number])
        for number, frame in reader.iter_key_frames():
            np.testing.assert_array_equal(
                frame.to_ndarray(format='rgb24'), whole[number])
