"""Sound is where its times say, whatever is wrong with the file."""
from fractions import Fraction
from pathlib import Path
from typing import Iterable, Sequence

import av
import numpy as np
import pytest

from mmaction_sampler.datasets.video import VideoError, read_sound

RATE = 16000
BLOCK = 1024


def blocks(seconds: float, tone: Sequence[float] = (0, 0)) -> np.ndarray:
    """Silence with a tone between two times, float32 ``(n, BLOCK)``."""
    sound = np.zeros(int(seconds * RATE) // BLOCK * BLOCK, np.float32)
    inside = slice(int(tone[0] * RATE), int(tone[1] * RATE))
    sound[inside] = np.sin(np.arange(len(sound)) * np.pi / 8)[inside]
    return sound.reshape(-1, BLOCK)


def write(path: Path, sound: np.ndarray, times: Iterable[int] = (),
          codec: str = 'pcm_s16le', rate: int = RATE,
          layout: str = 'mono') -> Path:
    """Write blocks at times in samples, by default one after the other."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        channels = 1 if layout == 'mono' else 2
        for i, block in enumerate(sound):
            data = np.repeat(np.int16(block * 30000), channels)[None]
            frame = av.AudioFrame.from_ndarray(data, 's16', layout)
            frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
            frame.pts = list(times)[i] if times else i * BLOCK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def join(path: Path, *parts: Path) -> Path:
    """Files end to end, as MPEG transport streams may be."""
    path.write_bytes(b''.join(part.read_bytes() for part in parts))
    return path


def overwrite(path: Path, which: slice) -> None:
    """Destroy some packets of a file."""
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux() if p.size]
    content = bytearray(path.read_bytes())
    for place, size in packets[which]:
        content[place:place + size] = b'\xff' * size
    path.write_bytes(content)


def tone_of(path: Path) -> np.ndarray:
    """When the tone begins and ends by the file's clock."""
    sound = read_sound(str(path), RATE)
    loud = np.flatnonzero(np.abs(sound.samples) > 0.3)
    return sound.start + loud[[0, -1]] / RATE


@pytest.mark.parametrize('kind,codec', [
    ('mkv', 'pcm_s16le'), ('mp4', 'aac'), ('ts', 'aac'), ('ts', 'mp2')])
def test_a_gap_is_silence(tmp_path: Path, kind: str, codec: str) -> None:
    whole = blocks(4, tone=(3, 3.5))
    kept = [i for i in range(len(whole)) if not 16 <= i < 32]
    path = write(tmp_path / f'a.{kind}', whole[kept],
                 [i * BLOCK for i in kept], codec)
    full = write(tmp_path / f'b.{kind}', whole, codec=codec)
    np.testing.assert_allclose(tone_of(path), tone_of(full), atol=0.07)
    # An encoder that shifts times by what it holds back has a block less.
    assert len(read_sound(str(path), RATE).samples) == pytest.approx(
        len(read_sound(str(full), RATE).samples), abs=BLOCK)


def test_jitter_inserts_nothing(tmp_path: Path) -> None:
    whole = blocks(4, tone=(0, 4))
    jitter = np.random.default_rng(0).integers(-300, 300, len(whole))
    jitter[0] = 0
    path = write(tmp_path / 'a.mkv', whole,
                 [i * BLOCK + int(j) for i, j in enumerate(jitter)])
    np.testing.assert_allclose(
        read_sound(str(path), RATE).samples, whole.reshape(-1) * 30000 / 32768,
        atol=1e-4)


@pytest.mark.parametrize('options', [
    dict(rate=32000), dict(layout='stereo')], ids=str)
def test_the_format_changes_midway(tmp_path: Path, options: dict) -> None:
    """One clock begins anew there; the second part follows the first."""
    whole = blocks(2, tone=(0.5, 1))
    path = join(tmp_path / 'a.ts',
                write(tmp_path / '1.ts', whole, codec='aac'),
                write(tmp_path / '2.ts', whole, codec='aac', **options))
    sound = read_sound(str(path), RATE)
    half = RATE / options.get('rate', RATE)
    assert len(sound.samples) == pytest.approx(
        (1 + half) * whole.size, abs=2 * BLOCK)
    loud = np.abs(sound.samples) > 0.3
    second = loud[whole.size:]
    assert loud.sum() > second.sum() > 0.7 * half * 0.5 * RATE


def test_a_damaged_packet_costs_itself(tmp_path: Path) -> None:
    path = write(tmp_path / 'a.mp4', blocks(3, tone=(2, 2.5)), codec='aac')
    before, whole = tone_of(path), read_sound(str(path), RATE)
    overwrite(path, slice(10, 11))
    assert len(read_sound(str(path), RATE).samples) == len(whole.samples)
    np.testing.assert_allclose(tone_of(path), before, atol=0.002)


def test_nothing_but_damaged_packets(tmp_path: Path) -> None:
    path = write(tmp_path / 'a.mp4', blocks(1), codec='aac')
    overwrite(path, slice(None))
    with pytest.raises(VideoError, match='video .*a.mp4 cannot be decoded'):
        read_sound(str(path), RATE)


def test_sound_that_needs_no_resampling(tmp_path: Path) -> None:
    whole = blocks(1, tone=(0, 1))
    path = write(tmp_path / 'a.mkv', whole, codec='pcm_f32le')
    np.testing.assert_allclose(
        read_sound(str(path), RATE).samples, whole.reshape(-1) * 30000 / 32768,
        atol=1e-4)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='none.mp4 does not exist'):
        read_sound(str(tmp_path / 'none.mp4'), RATE)


def test_a_name_with_colons(tmp_path: Path, monkeypatch) -> None:
    """FFmpeg would look for a protocol "12"."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / 'a.mkv', blocks(1)).rename('12:30:05.mkv')
    assert read_sound('12:30:05.mkv', RATE) is not None
