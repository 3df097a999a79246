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
    sparse = figures['sparse']
    assert sparse['agreement']['decord'] == 'equal'
    assert sparse['agreement']['PyAV'] == 'equal'
    for epoch in ('first_epoch', 'later_epochs'):
        names = [row['name'] for row in sparse[epoch]]
        assert names == list(sparse['agreement'])
        assert sparse[epoch][0]['ratio'] == 1
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


def test_wrong_frames_are_noticed(analysis_tool, tmp_path, monkeypatch):
    tool = analysis_tool('sparse_decoders')
    path = str(write_frames(
        tmp_path / 'a.mp4', moving_texture(24, 32, 32, (3, 0)),
        max_b_frames=2))
    inds = tool.frame_numbers(path, 4)
    assert inds.tolist() == [3, 9, 15, 21]

    def refuse(filename, inds):
        raise RuntimeError('no such codec')

    monkeypatch.setattr(tool, 'decoders', lambda: dict(
        PyAV=tool.with_pyav, refuse=refuse,
        late=lambda filename, inds: tool.with_pyav(filename, inds - 1)))
    able, verdicts = tool.readable(path, inds)
    assert list(able) == ['PyAV', 'late']
    assert verdicts['PyAV'] == 'equal'
    assert verdicts['refuse'] == 'cannot read it (no such codec)'
    assert verdicts['late'].startswith('up to ')
    found = tool.agreement(tool.with_pyav(path, inds - 1), path, inds)
    assert found.largest > 10 and found.mean > 1
