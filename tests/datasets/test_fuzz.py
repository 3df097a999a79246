"""Damaged and odd videos through every loading path."""
import re
import time
from collections import Counter
from pathlib import Path
from typing import Dict, List

import pytest
import torch
from fuzz_videos import BASES, write_corpus
from helpers import pipeline, tiny_ocsampler
from helpers_scsampler import CLIP_LEN
from mmaction.registry import MODELS, TRANSFORMS
from mmengine.registry import init_default_scope

from mmaction_sampler.datasets.video_loader import (BrokenVideoError,
                                                    VideoLoader)
from mmaction_sampler.models.recognizers import ComponentRecognizer

#: Seconds for one file on one path; a sound one takes 0.01.
LIMIT = 20.
CLIPS = [
    dict(type='PyAVSparseInit'),
    dict(type='SampleVideoClips', clip_len=CLIP_LEN, num_clips=2,
         test_mode=True),
]
PATHS = dict(
    decord=pipeline(5),
    sparse=[dict(type='PyAVSparseInit'), pipeline(5)[1],
            dict(type='PyAVSparseDecode'), *pipeline(5)[3:]],
    motion=[*CLIPS, dict(type='LoadMotionFeatures', size=(32, 32),
                         residual_from='previous')],
    i_frames=[*CLIPS, dict(type='LoadIFrames', size=(32, 32))],
    log_mel=[*CLIPS, dict(type='LoadLogMel', num_steps=40)])
FEATURES = dict(decord='inputs', sparse='inputs',
                motion='motion_displacement', i_frames='i_frame',
                log_mel='log_mel')
_NO_VECTORS = 'whose motion vectors FFmpeg does not export'
#: Sound files that a path refuses, and how it says so.
REFUSED = {('av1', 'log_mel'): 'has no sound',
           ('av1', 'decord'): 'cannot be decoded',
           ('av1', 'predict'): 'cannot be decoded'}
REFUSED.update({(codec, path): _NO_VECTORS
                for codec in ('hevc', 'vp9', 'av1')
                for path in ('motion', 'i_frames')})


def look(case: Path, loaders: Dict[str, VideoLoader],
         model: ComponentRecognizer) -> Dict[str, str]:
    """What comes of a file, in words, by loading path."""
    found = {}
    for name, loader in loaders.items():
        begin = time.monotonic()
        try:
            packed = loader(dict(
                filename=str(case), start_index=0, modality='RGB'))
            if name == 'predict':
                with torch.no_grad():
                    sample, = model.test_step(
                        {key: [packed[key]] for key in packed})
                values = sample.pred_score
            else:
                values = torch.as_tensor(packed[FEATURES[name]])
        except BrokenVideoError as error:
            found[name] = f'error: {error}'
        else:
            assert values.numel() and values.float().isfinite().all()
            found[name] = f'features {tuple(values.shape)}'
        assert time.monotonic() - begin < LIMIT
    return found


@pytest.fixture(scope='module')
def outcomes(tmp_path_factory: pytest.TempPathFactory
             ) -> Dict[str, Dict[str, str]]:
    """What comes of every file on every path.

    Prediction loads as ``decord`` does, so that every sixth file will do.
    """
    folder = tmp_path_factory.mktemp('corpus')
    init_default_scope('mmaction')
    model = MODELS.build(tiny_ocsampler()).eval()
    transforms = {name: [TRANSFORMS.build(t) for t in steps]
                  for name, steps in PATHS.items()}
    loaders = {n: VideoLoader(t, LIMIT) for n, t in transforms.items()}
    # One of its own, which does not know what the other has given up.
    every = dict(loaders, predict=VideoLoader(transforms['decord'], LIMIT))
    return {case.name: look(case, loaders if i % 6 else every, model)
            for i, case in enumerate(write_corpus(folder))}


def test_there_are_enough_cases(outcomes: dict) -> None:
    assert len(outcomes) >= 300
    counts = Counter(text.split(' ')[0] for case in outcomes.values()
                     for text in case.values())
    print(len(outcomes), 'files', counts)
    assert set(counts) == {'features', 'error:'}
    assert min(counts.values()) > 300  # neither all is refused nor nothing


def test_errors_are_one_clear_line(outcomes: dict) -> None:
    for file, case in outcomes.items():
        for path, text in case.items():
            if text.startswith('error: '):
                assert '\n' not in text and len(text) < 300, (file, path)
                assert re.search('remove it|again|does not exist|set ',
                                 text), (file, path, text)
                assert '.cc:' not in text, (file, path, text)


def test_whole_files_give_features(outcomes: dict) -> None:
    for name, base in BASES.items():
        case = outcomes[f'sound_{name}{base.suffix}']
        for path, text in case.items():
            expected = REFUSED.get((name, path), 'features')
            assert expected in text, (name, path, text)


def test_what_is_no_video_is_an_error(outcomes: dict) -> None:
    files = [f for f in outcomes if re.match(
        'sound_only|(empty|text|zeros|html|noise|png|folder|playlist|address'
        r'|concat|missing)\.', f)]
    assert len(files) == 23
    for file in files:
        for path, text in outcomes[file].items():
            assert text.startswith('error: '), (file, path, text)


ODD: List[str] = [
    'one_frame.mp4', 'two_frames.mp4', 'many.mp4', 'no_sound.mp4',
    'variable_rate.mp4', 'variable_rate.mkv', 'negative_pts.mkv',
    'named_mp4.avi', 'named_é ü %d.mp4',
]
#: decord refuses these, or dies of them, some of them only now and then.
ODD_FOR_DECORD = [
    'size34x18.mp4', 'size1280x16.mp4', 'size16x720.mp4', 'size2x2.mp4',
    'size35x19.avi', 'size1x1.avi', 'full_chroma.mp4', 'turned90.mp4',
    'turned180.mp4', 'turned270.mp4', 'named_none', 'far_pts.mkv',
    'variable_rate.ts', 'negative_pts.mp4',
]


def test_odd_files_give_frames(outcomes: dict) -> None:
    for path, files in (('decord', ODD), ('sparse', ODD + ODD_FOR_DECORD)):
        for file in files:
            assert outcomes[file][path].startswith('features'), (
                file, path, outcomes[file][path])
