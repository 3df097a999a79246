"""Tests of the generator of the needle data set."""
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Dict, List, Tuple

import av
import numpy as np
import pytest

TOOL_DIR = Path(__file__).resolve().parents[4] / 'tools/data/needle'
TINY = ['--num-train', '8', '--num-val', '5', '--num-test', '1']
NUM_FRAMES = 50
RATE = 16000  # Hz
FRAME_SAMPLES = RATE // 10


@pytest.fixture(scope='module')
def made(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny data set made by one process. Tests must not change it."""
    out_dir = tmp_path_factory.mktemp('needle') / 'made'
    assert tool.main([str(out_dir), *TINY, '--workers', '1']) == 0
    return out_dir


def read_files(out_dir: Path) -> Dict[str, bytes]:
    """The content of every file below a folder."""
    return {
        str(path.relative_to(out_dir)): path.read_bytes()
        for path in out_dir.rglob('*') if path.is_file()
    }


def read_records(out_dir: Path, split: str) -> List[dict]:
    """The descriptions of all videos of a split."""
    return json.loads((out_dir / f'annotations/{split}.json').read_text())


def decode_video(path: Path) -> np.ndarray:
    """RGB uint8 frames (n, height, width, 3)."""
    with av.open(str(path)) as container:
        return np.stack(
            [f.to_ndarray(format='rgb24') for f in container.decode(video=0)])


def decode_audio(path: Path) -> np.ndarray:
    """float32 samples (n,) of the sound."""
    with av.open(str(path)) as container:
        return np.concatenate(
            [f.to_ndarray()[0] for f in container.decode(audio=0)])


def within(span: List[int]) -> np.ndarray:
    """bool (50,): which frames a half-open span covers."""
    frames = np.arange(NUM_FRAMES)
    return (frames >= span[0]) & (frames < span[1])


def test_bytes_do_not_depend_on_workers(made: Path, tmp_path: Path) -> None:
    """Runs the script itself, so the imports of a script are tested too."""
    script = str(TOOL_DIR / 'generate.py')
    done = subprocess.run(
        [sys.executable, script,
         str(tmp_path), *TINY, '--workers', '2'],
        capture_output=True,
        text=True,
        check=True)
    one, two = read_files(made), read_files(tmp_path)
    assert len(one) == 14 + 6 + 1
    assert one == two
    # Readable in a log: plain lines, no control codes.
    assert 'videos: 14 of 14\n' in done.stdout
    assert '\r' not in done.stdout and '\x1b' not in done.stdout


def test_videos_differ(made: Path, tool: ModuleType, tmp_path: Path) -> None:
    """No two splits, numbers or seeds share their random numbers."""
    few = ['--num-train', '1', '--num-val', '1', '--num-test', '1']
    args = [str(tmp_path), *few, '--seed', '1', '--workers', '1']
    assert tool.main(args) == 0
    paths = [*made.glob('videos/*/*.mp4'), *tmp_path.glob('videos/*/*.mp4')]
    assert len(paths) == 17
    firsts = [decode_video(path)[0].astype(int) for path in paths]
    for i, one in enumerate(firsts):
        for other in firsts[:i]:
            # The noise alone makes 4 grey levels, another background 30.
            assert np.abs(one - other).mean() > 10


def test_annotations(made: Path) -> None:
    for split, number in dict(train=8, val=5, test=1).items():
        records = read_records(made, split)
        text = (made / f'annotations/{split}.txt').read_text()
        assert text == ''.join(f'{split}/{i:05d}.mp4 {r["label"]}\n'
                               for i, r in enumerate(records))
        assert len(records) == number
        assert all((made / 'videos' / r['filename']).exists()
                   for r in records)
    assert sorted(r['label'] for r in read_records(made, 'train')) == list(
        range(8))


def test_labels_are_balanced(tool: ModuleType) -> None:
    """The default sizes, planned but not rendered."""
    settings = tool.Settings(0, 480, 240, 240, NUM_FRAMES, 112, 10)
    tasks = tool.plan_tasks(Path('unused'), settings)
    for split, number, easy in (('train', 480, 192), ('val', 240, 50),
                                ('test', 240, 50)):
        mine = [t for t in tasks if t.split == split]
        counts = Counter(t.label for t in mine)
        assert counts == {label: number // 8 for label in range(8)}
        easy_counts = Counter(t.label for t in mine if t.easy)
        assert sum(easy_counts.values()) == easy
        assert max(easy_counts.values()) - min(easy_counts.values()) <= 1
        # Shuffled: a sorted list would put all easy videos first.
        assert not all(t.easy for t in mine[:easy])


def test_plates_are_seen_when_annotated(made: Path) -> None:
    for record in read_records(made, 'train') + read_records(made, 'val'):
        frames = decode_video(made / 'videos' / record['filename'])
        red, green, blue = np.moveaxis(frames.astype(int), -1, 0)
        magenta = np.minimum(red, blue) - green
        cyan = np.minimum(green, blue) - red
        for kind, excess in (('a', magenta), ('b', cyan)):
            # The border has 300 pixels; compression dulls some of them.
            count = (excess > 90).sum(axis=(1, 2))
            visible = within(record[kind])
            assert count[visible].min() > 100
            assert count[~visible].max(initial=0) == 0


def test_tones_sound_when_annotated(made: Path) -> None:
    seconds = np.arange(FRAME_SAMPLES) / RATE
    for record in read_records(made, 'train'):
        sound = decode_audio(made / 'videos' / record['filename'])
        blocks = sound[:NUM_FRAMES * FRAME_SAMPLES].reshape(NUM_FRAMES, -1)
        for kind, frequency in (('a', 880), ('b', 1760)):
            wave = np.exp(2j * np.pi * frequency * seconds)
            amplitude = 2 * np.abs(blocks @ wave) / FRAME_SAMPLES
            visible = within(record[kind])
            assert amplitude[visible].min() > 0.12
            assert amplitude[~visible].max(initial=0) < 0.06
        if not record['easy']:
            silent = ~within(record['a']) & ~within(record['b'])
            assert 0.03 < blocks[silent].std() < 0.07  # noise alone


def test_both_decoders_read_all_frames(made: Path) -> None:
    decord = pytest.importorskip('decord')
    for path in sorted(made.glob('videos/*/*.mp4'))[:4]:
        ours = decode_video(path)
        reader = decord.VideoReader(str(path), num_threads=1)
        theirs = reader.get_batch(range(len(reader))).asnumpy()
        assert ours.shape == theirs.shape == (NUM_FRAMES, 112, 112, 3)
        assert np.abs(ours.astype(int) - theirs).mean() < 2
        assert reader.get_avg_fps() == 10


def test_streams(made: Path) -> None:
    with av.open(str(made / 'videos/train/00000.mp4')) as container:
        video, audio = container.streams
        assert (video.codec_context.name, video.pix_fmt) == ('h264', 'yuv420p')
        assert (audio.codec_context.name, audio.rate) == ('aac', RATE)
        assert audio.layout.name == 'mono'
        assert [i for i, f in enumerate(container.decode(video))
                if f.key_frame] == [0, 12, 24, 36, 48]


def test_resumes_and_keeps_complete_videos(made: Path, tool: ModuleType,
                                           tmp_path: Path) -> None:
    for name, content in read_files(made).items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    kept = tmp_path / 'videos/train/00001.mp4'
    kept.write_bytes(b'kept')
    (tmp_path / 'videos/train/00002.mp4').unlink()
    (tmp_path / 'videos/train/00002.part').write_bytes(b'interrupted')
    args = [str(tmp_path), *TINY, '--workers', '1']
    assert tool.main(args) == 0
    expected = read_files(made)
    expected['videos/train/00001.mp4'] = b'kept'
    assert read_files(tmp_path) == expected
    assert tool.main([*args, '--overwrite']) == 0
    assert read_files(tmp_path) == read_files(made)


def test_other_settings_need_overwrite(tool: ModuleType, tmp_path: Path,
                                       capsys: pytest.CaptureFixture) -> None:
    few = ['--num-train', '2', '--num-val', '1', '--num-test', '1']
    args = [str(tmp_path), '--workers', '1', '--num-frames', '24', *few]
    assert tool.main(args) == 0
    before = read_files(tmp_path)
    fewer = [*args, '--num-train', '1']
    assert tool.main(fewer) == 2
    assert 'other settings; give --overwrite' in capsys.readouterr().err
    assert read_files(tmp_path) == before
    assert tool.main([*fewer, '--overwrite']) == 0
    # The second training video belongs to no annotation any more.
    assert not (tmp_path / 'videos/train/00001.mp4').exists()
    (tmp_path / 'settings.json').unlink()
    assert tool.main(fewer) == 2
    assert 'unknown settings; give --overwrite' in capsys.readouterr().err


@pytest.mark.parametrize('variant, num_classes, b_lengths', [
    ('order', 16, (40, 44)), ('order-free', 8, (20, 28))])
def test_variants_with_long_plates(tool: ModuleType, tmp_path: Path,
                                   variant: str, num_classes: int,
                                   b_lengths: Tuple[int, int]) -> None:
    """One after the other; the class tells the order, or does not."""
    args = [str(tmp_path), '--variant', variant, '--num-train', '32',
            '--num-val', '1', '--num-test', '1', '--workers', '1']
    assert tool.main(args) == 0
    settings = json.loads((tmp_path / 'settings.json').read_text())
    assert settings['variant'] == variant
    records = read_records(tmp_path, 'train')
    labels = Counter(record['label'] for record in records)
    assert labels == {label: 32 // num_classes
                      for label in range(num_classes)}
    b_first = [record['b'][0] < record['a'][0] for record in records]
    for record, second in zip(records, b_first):
        assert not record['easy']
        first, last = sorted([record['a'], record['b']])
        assert 0 <= first[0] and first[1] <= last[0] and last[1] <= 96
        for name, (least, most) in (('a', (40, 44)), ('b', b_lengths)):
            start, stop = record[name]
            assert least <= stop - start <= most
        if variant == 'order':
            assert second == (record['label'] >= 8)
    # Every fourth clip of 8 frames shows a plate this long whole.
    for record in records:
        for name in 'ab' if variant == 'order' else 'a':
            start, stop = record[name]
            assert any(start <= t and t + 8 <= stop for t in (0, 32, 64))
    assert 0 < sum(b_first) < 32
    frames = decode_video(tmp_path / 'videos/train/00000.mp4')
    assert frames.shape == (96, 64, 64, 3)


@pytest.mark.parametrize('option, value, message', [
    ('--seed', '-1', '--seed must be 0 or more, not -1.'),
    ('--num-val', '0', '--num-val must be 1 to 100000, not 0.'),
    ('--num-frames', '23', '--num-frames must be 24 or more'),
    ('--size', '62', '--size must be an even number from 64'),
    ('--size', '113', '--size must be an even number from 64'),
    ('--fps', '0', '--fps must be 1 to 240, not 0.'),
    ('--workers', '0', '--workers must be 1 or more, not 0.'),
])
def test_impossible_values(tool: ModuleType, tmp_path: Path,
                           capsys: pytest.CaptureFixture, option: str,
                           value: str, message: str) -> None:
    assert tool.main([str(tmp_path / 'new'), option, value]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert captured.err.count('\n') == 1 and captured.out == ''
    assert not (tmp_path / 'new').exists()


def test_out_dir_that_is_a_file(tool: ModuleType, tmp_path: Path,
                                capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / 'file'
    path.write_text('mine')
    assert tool.main([str(path)]) == 2
    assert 'is a file, not a folder.' in capsys.readouterr().err
    assert path.read_text() == 'mine'
