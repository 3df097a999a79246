"""``benchmark_decode.py`` on a tiny video."""
import json

import pytest
from helpers_video import EXACT, moving_texture, write_frames


@pytest.fixture
def tool(analysis_tool):
    return analysis_tool('benchmark_decode')


def test_prints_and_writes(tool, tmp_path, capsys):
    path = write_frames(tmp_path / 'a.mp4', moving_texture(24, 32, 32, (1, 0)),
                        **EXACT['mpeg4'])
    out = tmp_path / 'figures.json'
    tool.main([str(path), '--rounds', '1', '--json', str(out), '--ffmpeg',
               ''])
    printed = capsys.readouterr().out
    for name in ('motion displacement (raw)', 'I-frames only', 'decord',
                 'a.mp4: mpeg4, 24 frames, 2 key frames'):
        assert name in printed
    figures = json.loads(out.read_text())[str(path)]
    assert [row['name'] for row in figures['sparse']] == [
        'decord', 'ours', 'ours, packets listed before']
    assert figures['whole'][0]['ratio'] == 1


def test_codec_without_vectors(tool, tmp_path, capsys):
    path = write_frames(tmp_path / 'a.mkv', moving_texture(3, 32, 32, (1, 0)),
                        codec='ffv1')
    tool.main([str(path), '--rounds', '1', '--ffmpeg', ''])
    printed = capsys.readouterr().out
    assert 'every frame' in printed
    assert 'motion' not in printed


def test_ratios_are_taken_within_rounds(tool, monkeypatch):
    seconds = iter([1., 2., 4., 2., 9., 3.])
    monkeypatch.setattr(tool, 'processor_time', lambda way: next(seconds))
    rows = tool.compare(dict(a=int, b=int), rounds=3)
    assert [row.seconds for row in rows] == [4., 2.]
    assert [row.ratio for row in rows] == [1., 2.]
