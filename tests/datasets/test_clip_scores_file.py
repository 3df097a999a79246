"""Files of clip scores: found by path, and refused where they are wrong."""
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers_scsampler import feature_pipeline, write_clip_dataset
from mmaction.registry import DATASETS, TRANSFORMS

from mmaction_sampler.datasets.clip_scores_file import (ClipScoresError,
                                                        ClipScoresFile)

LINE = dict(path='a/0.mp4', total_frames=35, clip_len=4, frame_interval=2,
            confidence=[.1, .9, 0, 1])


def write(path: Path, *lines: object) -> str:
    """Write lines, objects as JSON."""
    path.write_text(''.join(
        (x if isinstance(x, str) else json.dumps(x)) + '\n' for x in lines))
    return str(path)


def test_lines_are_found_by_the_end_of_the_path(tmp_path) -> None:
    file = ClipScoresFile(write(
        tmp_path / 's.jsonl', LINE, '', dict(LINE, path='0.mp4'),
        dict(LINE, path='b/0.mp4')))
    assert file.find('/data/a/0.mp4').number == 1
    assert file.find('/data/./b/../b/0.mp4').number == 4
    assert file.find('/data/c/0.mp4').number == 3
    with pytest.raises(ClipScoresError, match='no line for video x/1.mp4'):
        file.find('x/1.mp4')


@pytest.mark.parametrize('line, message', [
    ('{"path": "a.mp4"', 'is no JSON'),
    ('[' * 100000, 'is no JSON'),
    ('{"path": ' + '1' * 5000 + '}', 'is no JSON'),
    ('[1, 2]', 'is no JSON object'),
    ('"text"', 'is no JSON object'),
    ('\x00\xff', 'is no JSON'),
    (dict(LINE, path=3), "needs 'path'"),
    (dict(LINE, total_frames=0), "needs 'total_frames'"),
    (dict(LINE, total_frames=True), "needs 'total_frames'"),
    (dict(LINE, clip_len=-4), "needs 'clip_len'"),
    (dict(LINE, frame_interval='2'), "needs 'frame_interval'"),
    (dict(LINE, confidence=None), "needs 'confidence'"),
    (dict(LINE, confidence=[.1, .9, 0, 1.5]), r'numbers in \[0, 1\]'),
    (dict(LINE, confidence=[.1, .9, 0, True]), r'numbers in \[0, 1\]'),
    (dict(LINE, confidence=[.1, .9, 0, [1]]), r'numbers in \[0, 1\]'),
    ('{"path": "a", "total_frames": 8, "clip_len": 4, "frame_interval": 1, '
     '"confidence": [NaN, 0]}', r'numbers in \[0, 1\]'),
    (dict(LINE, confidence=[.1]), r'make 4 clip\(s\)'),
    (dict(LINE, total_frames=10**30), r'make \d+ clip'),
])
def test_hostile_lines_are_named(tmp_path, line, message) -> None:
    path = write(tmp_path / 's.jsonl', dict(LINE, path='first.mp4'), line)
    with pytest.raises(ClipScoresError, match=message) as error:
        ClipScoresFile(path)
    assert 'line 2' in str(error.value) and len(str(error.value)) < 600


def test_missing_empty_and_double(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match='score_clips.py'):
        ClipScoresFile(str(tmp_path / 'gone.jsonl'))
    with pytest.raises(ClipScoresError, match='is empty'):
        ClipScoresFile(write(tmp_path / 'e.jsonl', ''))
    with pytest.raises(ClipScoresError, match='1 and 2; keep one'):
        ClipScoresFile(write(tmp_path / 'd.jsonl', LINE,
                             dict(LINE, path='./a/0.mp4')))


def test_transform_takes_the_sampled_clips(tmp_path) -> None:
    path = write(tmp_path / 's.jsonl', LINE)
    transform = TRANSFORMS.build(
        dict(type='LoadClipScores', scores_file=path))
    results = dict(filename='/v/a/0.mp4', total_frames=35, clip_len=4,
                   frame_interval=2, clip_inds=np.array([1, 3]))
    found = transform(dict(results))['clip_confidence']
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [.9, 1])
    labelled = TRANSFORMS.build(dict(
        type='LoadClipScores',
        scores_file=write(tmp_path / 'l.jsonl', dict(LINE, labels=[1, 3]))))
    one_hot = torch.zeros(5)
    one_hot[[3, 1]] = 1
    for label in ([3, 1], one_hot):
        assert 'clip_confidence' in labelled(dict(results, label=label))
    with pytest.raises(ClipScoresError, match=r'\[1, 3\], but has \[2\]'):
        labelled(dict(results, label=2))
    with pytest.raises(ClipScoresError, match='clip_len of a/0.mp4 is 4'):
        transform(dict(results, clip_len=8))
    with pytest.raises(ClipScoresError, match='total_frames'):
        transform(dict(results, total_frames=36))


def test_data_sets_do_not_take_it_for_a_broken_video(tmp_path) -> None:
    ann_file = write_clip_dataset(tmp_path / 'data', 1)
    for content, error in ((None, FileNotFoundError), ('{}', ClipScoresError)):
        path = tmp_path / 'scores.jsonl'
        if content:
            path.write_text(content)
        load = dict(type='LoadClipScores', scores_file=str(path))
        dataset = DATASETS.build(dict(
            type='UntrimmedVideoDataset', ann_file=str(ann_file),
            data_prefix=dict(video=str(ann_file.parent)), num_classes=3,
            pipeline=feature_pipeline(load)))
        with pytest.raises(error, match='score_clips.py'):
            dataset[0]
