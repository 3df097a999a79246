"""Clips of real files: streamed in parts, and packed for training."""
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers_scsampler import (DECODE, feature_pipeline, stream_pipeline,
                               write_clip_video)
from mmaction.registry import TRANSFORMS
from mmengine.dataset import Compose, pseudo_collate

from mmaction_sampler.datasets.clip_stream import VideoClipStream
from mmaction_sampler.structures import ClipBatch, ClipStreamError

NAMES = ('motion_displacement', 'rgb_residual', 'log_mel')


@pytest.fixture(scope='module')
def video(tmp_path_factory) -> Path:
    """A file of 30 frames: seven clips of four, and two frames."""
    return write_clip_video(tmp_path_factory.mktemp('v') / 'v.mp4', 30)


def stream_of(video: Path, **options) -> VideoClipStream:
    """The file's stream, as a data set gives it."""
    packed = Compose(stream_pipeline(**options))(
        dict(filename=str(video), start_index=0, label=1))
    assert packed['data_samples'].gt_label.tolist() == [1]
    return packed['inputs']


def all_features(stream: VideoClipStream) -> ClipBatch:
    """All parts in one, with the clips numbered through."""
    frames = {name: [] for name in NAMES}
    clips = {name: [] for name in NAMES}
    total = 0
    for part in stream.features(NAMES):
        for name in NAMES:
            frames[name].append(part.features[name].frames)
            clips[name].append(part.features[name].clips + total)
        total += len(part.videos)
    assert total == stream.num_clips
    return {n: (torch.cat(frames[n]), torch.cat(clips[n])) for n in NAMES}


@pytest.mark.parametrize('clips_per_part', [1, 3])
def test_parts_of_a_file_are_the_whole(video, clips_per_part) -> None:
    whole = all_features(stream_of(video, clips_per_part=100))
    parts = all_features(stream_of(video, clips_per_part=clips_per_part))
    for name in NAMES:
        assert torch.equal(whole[name][1], parts[name][1])
        assert torch.equal(whole[name][0], parts[name][0]), name
    # 28 frames, of which 0, 12 and 24 are I-frames.
    assert len(whole['rgb_residual'][0]) == 25
    assert whole['log_mel'][1].tolist() == list(range(7))


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16], ids=str)
def test_mixed_precision_changes_no_feature(video, dtype) -> None:
    """Recognizers ask for them within autocast."""
    full = all_features(stream_of(video))
    with torch.autocast('cpu', dtype):
        mixed = all_features(stream_of(video))
    for name in NAMES:
        assert torch.equal(full[name][0], mixed[name][0]), name


def test_a_stream_tells_how_the_file_was_read(video) -> None:
    stream = stream_of(video)
    assert stream.facts == {}
    list(stream.features(['log_mel']))
    assert stream.facts == dict(has_audio=True)
    list(stream.features(NAMES))
    assert stream.facts == dict(has_audio=True, motion_source='raw')


def test_features_loaded_at_once_keep_their_masks(video) -> None:
    steps = stream_pipeline(clips_per_part=2)
    for entry in steps[-1]['features']:
        entry['at_once'] = True
    packed = Compose(steps)(dict(filename=str(video), start_index=0))
    found = all_features(packed['inputs'])
    for name, (frames, clips) in all_features(stream_of(video)).items():
        assert torch.equal(found[name][0], frames)
        assert torch.equal(found[name][1], clips)


def test_a_few_pictures_of_each_clip(video) -> None:
    stream = stream_of(video, max_pictures=dict(rgb_residual=1))
    frames, clips = all_features(stream)['rgb_residual']
    assert clips.tolist() == list(range(7))
    whole, owners = all_features(stream_of(video))['rgb_residual']
    for frame, clip in zip(frames, range(7)):
        assert any(torch.equal(frame, x) for x in whole[owners == clip])


def test_only_what_is_asked_for_is_loaded(video) -> None:
    stream = stream_of(video)
    part, = stream.features(['log_mel'])
    assert set(part.features) == {'log_mel'}
    with pytest.raises(ValueError, match="loads no 'i_frame'"):
        list(stream.features(['i_frame']))


@pytest.mark.parametrize('shape', ['NCTHW', 'NCHW'])
def test_chosen_clips_are_decoded(video, shape) -> None:
    stream = stream_of(video, clips_per_pass=2)
    stream._clip_transforms[-1].input_format = shape
    loaded = list(stream.load([5, 0, 3]))
    assert [len(part) for part in loaded] == [2, 1]
    clips = torch.cat(loaded)
    assert clips.shape == (3, 4, 3, 32, 32) and clips.dtype == torch.uint8
    decode = TRANSFORMS.build(DECODE[0])
    for clip, number in zip(clips, (5, 0, 3)):
        frames = decode(dict(
            filename=str(video),
            frame_inds=np.arange(4 * number, 4 * number + 4)))['imgs']
        assert torch.equal(
            clip, torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2))


def test_streams_travel_between_processes(video) -> None:
    stream = stream_of(video)
    copy = pickle.loads(pickle.dumps(stream))
    for ours, theirs in zip(stream.load([1]), copy.load([1])):
        assert torch.equal(ours, theirs)
    batch = pseudo_collate([dict(inputs=stream), dict(inputs=copy)])
    assert batch['inputs'] == [stream, copy]


def test_clip_stride_and_few_clips(video) -> None:
    steps = stream_pipeline()
    steps[1]['clip_stride'] = 3
    packed = Compose(steps)(dict(filename=str(video), start_index=0))
    assert packed['inputs'].num_clips == 3
    sample = packed['data_samples']
    assert sample.clip_inds.tolist() == [0, 3, 6]
    frames = torch.cat(list(packed['inputs'].load([1])))
    expected = torch.cat(list(stream_of(video).load([3])))
    assert torch.equal(frames, expected)


def test_a_file_that_goes_away_is_a_broken_stream(tmp_path) -> None:
    video = write_clip_video(tmp_path / 'v.mp4', 12)
    stream = stream_of(video)
    video.unlink()
    for ask in (lambda: list(stream.load([0])),
                lambda: list(stream.features(NAMES))):
        with pytest.raises(ClipStreamError, match='v.mp4'):
            ask()


def test_training_features(video, tmp_path) -> None:
    scores = tmp_path / 's.jsonl'
    scores.write_text('{"path": "v.mp4", "total_frames": 30, "clip_len": 4, '
                      '"frame_interval": 1, "confidence": [0, 0.1, 0.2, 0.3, '
                      '0.4, 0.5, 0.6]}\n')
    np.random.seed(0)
    packed = Compose(feature_pipeline(
        dict(type='LoadClipScores', scores_file=str(scores))))(
            dict(filename=str(video), start_index=0, label=2))
    sample, inputs = packed['data_samples'], packed['inputs']
    inds = sample.clip_inds
    assert inputs['num_clips'] == 3 == len(inds)
    torch.testing.assert_close(
        sample.clip_confidence, torch.tensor(inds / 10).float())
    # Places among all seven clips, not among the three that were drawn.
    shares = torch.tensor([1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 0])
    torch.testing.assert_close(sample.clip_top_share, shares[inds])
    assert sample.motion_source == 'raw' and sample.has_audio is True
    whole, clips = all_features(stream_of(video))['rgb_residual']
    for i, clip in enumerate(inds):
        assert torch.equal(
            inputs['rgb_residual'][inputs['rgb_residual_clips'] == i],
            whole[clips == clip])
    with pytest.raises(ValueError, match="loads no 'i_frame'"):
        Compose([*feature_pipeline()[:-1], dict(
            type='PackClipFeatures', names=['i_frame'])])(
                dict(filename=str(video), start_index=0))


def test_wrong_arguments_are_refused() -> None:
    for options in (dict(clips_per_part=0), dict(clips_per_pass=0)):
        with pytest.raises(ValueError, match='must be at least 1'):
            TRANSFORMS.build(stream_pipeline(**options)[-1])
    with pytest.raises(ValueError, match='names, pipeline'):
        TRANSFORMS.build(dict(
            type='PackClipStream', clip_pipeline=[],
            features=[dict(names=['log_mel'])]))
