"""Tests of the long variant: an event among decoys and false tones."""
import json
import sys
from itertools import combinations
from pathlib import Path
from types import ModuleType

import numpy as np


def overlap(one, other) -> bool:
    """Whether two plates share a frame."""
    return one.start < other.stop and other.start < one.stop


def test_scenes(tool: ModuleType) -> None:
    scene_long = sys.modules['scene_long']
    rng = np.random.default_rng(0)
    false_tones = 0
    for i in range(100):
        num_frames, label = (451, i % 8) if i % 2 else (525, i % 8)
        plates = scene_long.draw_scene_with_decoys(
            rng, label, False, num_frames, 112)
        event = [p for p in plates if p.seen and p.heard]
        decoys = [p for p in plates if p.seen and not p.heard]
        tones = [p for p in plates if not p.seen]
        assert [p.kind for p in event] == ['a', 'b']
        textures = sys.modules['scene'].textures_of(label)
        assert tuple(p.texture for p in event) == textures
        assert len(decoys) == 8
        pairs = [(a.texture, b.texture)
                 for a, b in zip(decoys[::2], decoys[1::2])]
        assert textures not in pairs and len(set(pairs)) == 4
        for first, second in combinations([event[0], *decoys[::2]], 2):
            assert not overlap(first, second)
        for tone in tones:
            assert tone.heard and not overlap(tone, event[0])
        false_tones += len(tones) // 2
        for p in plates:
            assert 0 <= p.start < p.stop <= num_frames
            assert len(p.corners) == p.stop - p.start
    assert false_tones > 150


def test_decoys_are_slow(tool: ModuleType) -> None:
    draw = sys.modules['scene_long'].draw_scene_with_decoys
    plates = draw(np.random.default_rng(0), 3, False, 525, 112)
    for plate in plates:
        steps = np.hypot(*np.diff(plate.corners, axis=0).T)
        if plate.seen:
            assert (steps.mean() > 2) == plate.heard
            assert (steps.mean() < 1) == (not plate.heard)


def test_generate_long_videos(tool: ModuleType, tmp_path: Path) -> None:
    args = [str(tmp_path), '--variant', 'long', '--num-train', '1',
            '--num-val', '1', '--num-test', '1', '--num-frames', '524',
            '--size', '64', '--workers', '1']
    assert tool.main(args) == 0
    record, = json.loads((tmp_path / 'annotations/val.json').read_text())
    assert set(record) >= {'a', 'b', 'decoys', 'false_tones', 'num_frames'}
    assert 450 <= record['num_frames'] <= 598
    assert len(record['decoys']) == 4 and not record['easy']
    assert (tmp_path / 'videos/val/00000.mp4').stat().st_size > 10000


def test_too_short(tool: ModuleType, tmp_path: Path, capsys) -> None:
    args = [str(tmp_path), '--variant', 'long', '--num-frames', '400']
    assert tool.main(args) == 2
    assert '--num-frames must be 524 or more' in capsys.readouterr().err
