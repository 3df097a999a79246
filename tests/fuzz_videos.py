"""A corpus of damaged and odd video files, made from tiny sound ones.

``python tests/fuzz_videos.py FOLDER`` writes it, to be looked at.
"""
import struct
import sys
from fractions import Fraction
from pathlib import Path
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional

import av
import numpy as np

Change = Callable[[bytes], bytes]


class Base(NamedTuple):
    """How a sound file is encoded."""
    suffix: str
    codec: str
    pix_fmt: str = 'yuv420p'
    sound: Optional[str] = 'aac'
    b_frames: int = 0
    options: Dict[str, str] = {}


#: Sound files, each the parent of many damaged ones.
BASES = dict(
    h264=Base('.mp4', 'libx264', b_frames=2),
    h264_mkv=Base('.mkv', 'libx264', b_frames=2, sound='pcm_s16le'),
    h264_10bit=Base('.mp4', 'libx264', 'yuv420p10le'),
    mpeg4=Base('.avi', 'mpeg4', sound='pcm_s16le'),
    mpeg2=Base('.ts', 'mpeg2video', sound='mp2'),
    hevc=Base('.mp4', 'libx265', options={'x265-params': 'log-level=none'}),
    vp9=Base('.webm', 'libvpx-vp9', sound='libopus',
             options={'cpu-used': '8', 'deadline': 'realtime'}),
    av1=Base('.mkv', 'libsvtav1', sound=None, options={'preset': '12'}),
)


def write(path: Path, base: Base, num_frames: int = 16, width: int = 64,
          height: int = 48, times: Optional[List[int]] = None) -> Path:
    """Encode something that moves, at 10 frames a second.

    ``times`` are those of the frames, in 1/1000 s.
    """
    grid = np.mgrid[:height, :width].sum(0)
    with av.open(str(path), 'w') as file:
        video = file.add_stream(base.codec, rate=10)
        video.width, video.height, video.pix_fmt = width, height, base.pix_fmt
        video.options = base.options
        video.gop_size = 8
        if base.b_frames:
            video.max_b_frames = base.b_frames
        if times is not None:
            video.codec_context.time_base = Fraction(1, 1000)
        audio = base.sound and file.add_stream(
            base.sound, rate=48000, layout='mono')
        for i in range(num_frames):
            level = 128 + 100 * np.sin((grid + 3 * i) / 7)
            image = np.repeat(level[..., None], 3, 2).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            frame.pts = i if times is None else times[i]
            frame.time_base = Fraction(1, 10 if times is None else 1000)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        if audio:
            write_tone(file, audio, num_frames * 4800)
    return path


def write_tone(file: av.container.OutputContainer, stream: av.AudioStream,
               length: int) -> None:
    """Encode 16-bit mono at 48 kHz."""
    tone = np.int16(8000 * np.sin(np.arange(length) / 20))[None]
    frame = av.AudioFrame.from_ndarray(tone, format='s16', layout='mono')
    frame.sample_rate, frame.pts = 48000, 0
    frame.time_base = Fraction(1, 48000)
    resampler = av.AudioResampler(
        stream.format.name, stream.layout.name, 48000,
        frame_size=stream.frame_size or 1024)
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        file.mux(stream.encode(part))
    file.mux(stream.encode(None))


def cut(share: float) -> Change:
    """Keep the first part of a file."""
    return lambda data: data[:int(share * len(data))]


def flip(seed: int, count: int, first: float = 0.,
         last: float = 1.) -> Change:
    """Change bytes of a part of a file to others."""

    def change(data: bytes) -> bytes:
        rng = np.random.default_rng(seed)
        array = np.frombuffer(data, np.uint8).copy()
        low, high = int(first * len(array)), max(int(last * len(array)), 1)
        places = rng.integers(low, high, count)
        array[places] ^= rng.integers(1, 256, count, dtype=np.uint8)
        return array.tobytes()

    return change


def blank(first: float, last: float) -> Change:
    """Overwrite a part of a file with zeros."""

    def change(data: bytes) -> bytes:
        low, high = int(first * len(data)), int(last * len(data))
        return data[:low] + bytes(high - low) + data[high:]

    return change


def leave_out(first: float, last: float) -> Change:
    """Take a part of a file out."""
    return lambda data: (data[:int(first * len(data))]
                         + data[int(last * len(data)):])


def damages() -> Iterator[tuple]:
    """Name and function of every way to damage a file."""
    for share in (0.002, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9,
                  0.97, 0.999):
        yield f'cut{share}', cut(share)
    for seed in range(6):
        yield f'flip1_{seed}', flip(seed, 1)
        yield f'flip20_{seed}', flip(seed, 20)
    for seed in range(6):
        yield f'head{seed}', flip(seed, 4, 0., 0.1)
        yield f'tail{seed}', flip(seed, 4, 0.8)
    for part in ((0., 0.01), (0.02, 0.1), (0.3, 0.5), (0.9, 1.)):
        yield f'blank{part}', blank(*part)
    for part in ((0., 0.02), (0.4, 0.6)):
        yield f'without{part}', leave_out(*part)


def rotate(data: bytes, turns: int) -> bytes:
    """Set the rotation of an MP4 file's first track."""
    matrix = {1: (0, 1, -1, 0), 2: (-1, 0, 0, -1), 3: (0, -1, 1, 0)}[turns]
    a, b, c, d = (x << 16 for x in matrix)
    place = data.index(b'tkhd') + 4 + 40
    packed = struct.pack('>9i', a, b, 0, c, d, 0, 0, 0, 1 << 30)
    return data[:place] + packed + data[place + 36:]


def count_in_avi(data: bytes, count: int) -> bytes:
    """Let an AVI file's headers promise another number of frames."""
    place = data.index(b'avih') + 8 + 16
    data = data[:place] + struct.pack('<I', count) + data[place + 4:]
    place = data.index(b'strh') + 8 + 32
    return data[:place] + struct.pack('<I', count) + data[place + 4:]


def write_odd_files(folder: Path) -> None:
    """Files that are whole, but unlike what one expects."""
    h264 = BASES['h264']._replace(sound=None)
    mpeg4 = BASES['mpeg4']._replace(sound=None)
    for name, count in (('one_frame', 1), ('two_frames', 2), ('many', 90)):
        write(folder / f'{name}.mp4', h264, count)
    for width, height in ((2, 2), (16, 16), (34, 18), (1280, 16), (16, 720)):
        write(folder / f'size{width}x{height}.mp4', h264, 6, width, height)
    for width, height in ((35, 19), (1, 1), (17, 64), (64, 17)):
        write(folder / f'size{width}x{height}.avi', mpeg4, 6, width, height)
    write(folder / 'full_chroma.mp4', h264._replace(pix_fmt='yuv444p'), 6, 33,
          31)
    write(folder / 'no_sound.mp4', h264)
    rng = np.random.default_rng(0)
    rates = np.cumsum(rng.integers(1, 400, 16)).tolist()
    for suffix in ('.mp4', '.mkv', '.ts'):
        write(folder / f'variable_rate{suffix}', h264, times=rates)
    write(folder / 'negative_pts.mkv', h264,
          times=list(range(-800, 800, 100)))
    write(folder / 'negative_pts.mp4', BASES['h264'],
          times=list(range(-800, 800, 100)))
    write(folder / 'far_pts.mkv', h264,
          times=list(range(2**40, 2**40 + 1600, 100)))
    for turns in (1, 2, 3):
        data = rotate((folder / 'no_sound.mp4').read_bytes(), turns)
        (folder / f'turned{90 * turns}.mp4').write_bytes(data)
    avi = write(folder / 'plain.avi', mpeg4).read_bytes()
    for count in (0, 1, 15, 17, 10**6, 2**32 - 1):
        (folder / f'promises{count}.avi').write_bytes(
            count_in_avi(avi, count))
    for suffix, codec in (('.mp4', 'aac'), ('.wav', 'pcm_s16le'),
                          ('.mkv', 'libopus')):
        with av.open(str(folder / f'sound_only{suffix}'), 'w') as file:
            write_tone(file, file.add_stream(
                codec, rate=48000, layout='mono'), 24000)
    contents = dict(
        empty=b'', text=b'not a video\n' * 50, zeros=bytes(5000),
        html=b'<!DOCTYPE html><title>404</title>' * 9,
        noise=rng.integers(0, 256, 5000, dtype=np.uint8).tobytes(),
        # Lists that FFmpeg could follow to other files or hosts.
        playlist=b'#EXTM3U\n#EXTINF:1,\nno_sound.mp4\n#EXT-X-ENDLIST\n',
        address=b'#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n',
        concat=b'ffconcat version 1.0\nfile no_sound.mp4\n',
        png=bytes.fromhex('89504e470d0a1a0a0000000d49484452'))
    for name, content in contents.items():
        for suffix in ('.mp4', '.avi'):
            (folder / f'{name}{suffix}').write_bytes(content)
    sound = (folder / 'no_sound.mp4').read_bytes()
    for name in ('mp4.avi', 'mp4.webm', 'mp4.txt', 'none', 'é ü %d.mp4'):
        (folder / f'named_{name}').write_bytes(sound)
    (folder / 'folder.mp4').mkdir()


def write_corpus(folder: Path) -> List[Path]:
    """Write all files; the same ones every time.

    Returns:
        list[Path]: The files, with one that does not exist.
    """
    for name, base in BASES.items():
        data = write(folder / f'sound_{name}{base.suffix}', base).read_bytes()
        for damage, change in damages():
            (folder / f'{name}_{damage}{base.suffix}').write_bytes(
                change(data))
    write_odd_files(folder)
    return sorted([*folder.iterdir(), folder / 'missing.mp4'])


if __name__ == '__main__':
    Path(sys.argv[1]).mkdir(parents=True)
    print(f'{len(write_corpus(Path(sys.argv[1])))} cases')
