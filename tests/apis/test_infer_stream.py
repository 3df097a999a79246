"""Online recognition gives what the whole video gives."""
import os
import shlex
import subprocess
import sys
from pathlib import Path
from unittest.mock import MagicMock

import cv2
import numpy as np
import pytest
from helpers import REPOSITORY
from helpers_infer import RECOGNIZERS, write_recognizer
from helpers_video import moving_texture, write_frames

from mmaction_sampler.apis.infer import main
from mmaction_sampler.apis.infer_stream import iter_predictions
from mmaction_sampler.apis.inferencer import SamplerInferencer
from mmaction_sampler.apis.online import online_recognizer
from mmaction_sampler.datasets.video import VideoError
from mmaction_sampler.datasets.video.live import iter_live

ONLINE = ('adafocus', 'adafocus_plus', 'adafocus_v2', 'faster')


def write(path: Path, num_frames: int, pts=None) -> str:
    return str(write_frames(
        path, moving_texture(num_frames, 32, 32, (2, 1)), codec='mpeg4',
        pts=pts))


@pytest.mark.parametrize('name', ONLINE)
def test_same_as_the_whole_video(name, tmp_path):
    """Of a video that has as many frames as the recognizer takes."""
    inferencer = SamplerInferencer(*write_recognizer(tmp_path, name))
    count = 24 if name == 'faster' else 5
    video = write(tmp_path / 'v.mp4', count)
    whole, = inferencer(video)['predictions']
    online = online_recognizer(inferencer.model)
    lines = [line for line, _ in iter_predictions(inferencer, online, video)]
    assert [line['step'] for line in lines] == list(
        range(1, len(whole['steps']) + 1))
    for line, step in zip(lines, whole['steps']):
        assert line['top'][0]['label'] == step['label']
        assert line['top'][0]['score'] == pytest.approx(
            step['score'], abs=2e-4)
    if name != 'faster':
        assert [line['box'] for line in lines] == [
            pytest.approx(box, abs=.06) for box in whole['boxes']]
    total = sum(line['gflops']['total'] for line in lines)
    assert total == pytest.approx(whole['gflops']['total'], rel=1e-2)


def test_beginning_anew(tmp_path):
    """AdaFocusV2 after T frames, others when asked to."""
    video = write(tmp_path / 'v.mp4', 12)
    for name, limit, expected in (
            ('adafocus_v2', None, [1, 2, 3, 4, 5] * 2 + [1, 2]),
            ('adafocus', 4, [1, 2, 3, 4] * 3),
            ('adafocus', None, list(range(1, 13)))):
        inferencer = SamplerInferencer(*write_recognizer(tmp_path, name))
        lines = [line for line, _ in iter_predictions(
            inferencer, online_recognizer(inferencer.model), video,
            forget_after=limit)]
        assert [line['step'] for line in lines] == expected
    # The state is kept: a frame's prediction depends on those before it.
    assert lines[4]['top'] != lines[0]['top']


@pytest.mark.parametrize('name', sorted(set(RECOGNIZERS) - set(ONLINE)))
def test_recognizers_of_whole_videos_are_refused(name, tmp_path, capsys):
    config, weights = write_recognizer(tmp_path, name)
    assert main([config, weights, '--stream', 'v.mp4']) == 2
    text = capsys.readouterr().err
    assert 'needs the whole video before it predicts' in text


def test_frames_of_a_second(tmp_path):
    """By their times, also where the rate varies."""
    pts = np.cumsum([0] + [20] * 11 + [300] * 12)
    video = write(tmp_path / 'v.mkv', 24, pts)
    assert [f.number for f in iter_live(video)] == list(range(24))
    taken = list(iter_live(video, 10))
    seconds = np.array([f.seconds for f in taken])
    assert np.diff(seconds).min() > 0.05
    assert len(taken) == 3 + 12
    np.testing.assert_allclose(
        seconds, pts[[f.number for f in taken]] / 1000, atol=2e-3)


def test_sources_that_cannot_be_had(tmp_path):
    (tmp_path / 'text.mp4').write_text('no video')
    for source in (tmp_path / 'text.mp4', tmp_path / 'gone.mp4'):
        with pytest.raises(VideoError, match='cannot be read at its begin'):
            next(iter_live(str(source)))
    with pytest.raises(ValueError, match='above 0'):
        next(iter_live('v.mp4', 0.))


def test_damaged_packets_do_not_end_a_stream(tmp_path):
    path = Path(write(tmp_path / 'v.mpg', 24))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle:middle + 400] = bytes(400)
    path.write_bytes(bytes(content))
    numbers = [f.number for f in iter_live(str(path))]
    assert len(numbers) > 12


def test_who_reads_the_lines_may_go(tmp_path):
    config, weights = write_recognizer(tmp_path, 'adafocus')
    video = write(tmp_path / 'v.mp4', 30)
    command = shlex.join([
        sys.executable, '-m', 'mmaction_sampler.infer', config, weights,
        '--stream', video])
    result = subprocess.run(
        ['bash', '-o', 'pipefail', '-c', f'{command} | head -n 1'],
        capture_output=True, text=True, cwd=tmp_path, timeout=300,
        env=dict(os.environ, PYTHONPATH=str(REPOSITORY)))
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 1
    assert 'BrokenPipe' not in result.stderr


def test_a_source_that_ends_before_the_first_clip(tmp_path, capsys):
    config, weights = write_recognizer(tmp_path, 'faster')
    video = write(tmp_path / 'v.mp4', 2)
    assert main([config, weights, '--stream', video]) == 1
    assert '0 predictions; the first one needs' in capsys.readouterr().err


@pytest.mark.parametrize('options,is_told', [
    ([], True), (['--max-predictions', '2'], False)])
def test_frames_that_make_no_whole_clip(tmp_path, capsys, options, is_told):
    config, weights = write_recognizer(tmp_path, 'faster')
    video = write(tmp_path / 'v.mp4', 3 * 8 + 5)
    assert main([config, weights, '--stream', video, *options]) == 0
    told = f'the last 5 frame(s) of {video} have no prediction, a clip needs 8'
    assert (told in capsys.readouterr().err) == is_told


def test_a_camera_that_is_pulled_out(tmp_path, capsys, monkeypatch):
    """Its predictions count, and that there are no more is said."""
    images = [np.full((32, 32, 3), i, np.uint8) for i in range(7)]
    camera = MagicMock()
    camera.read.side_effect = [(True, x) for x in images] + [(False, None)]
    monkeypatch.setattr(cv2, 'VideoCapture', lambda number: camera)
    config, weights = write_recognizer(tmp_path, 'adafocus')
    assert main([config, weights, '--stream', '0']) == 0
    text = capsys.readouterr().err
    assert 'infer: camera 0 gives nothing more after 7 frames' in text
    assert '7 predictions' in text
    camera.release.assert_called_once_with()
