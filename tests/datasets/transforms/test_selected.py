"""The frames of a selection file, in MMAction2's own pipelines."""
import json
import pickle
import shutil
from pathlib import Path
from typing import Any, List

import cv2
import decord
import numpy as np
import pytest
import torch
from helpers import tiny_classifier
from mmaction.registry import DATASETS, MODELS, TRANSFORMS
from mmengine.dataset import Compose, pseudo_collate

from mmaction_sampler.datasets import selection_file

NUM_FRAMES = 12


def write(path: Path, *lines: dict) -> str:
    """A selection file of 12-frame videos."""
    defaults = dict(total_frames=NUM_FRAMES, start_index=0)
    path.write_text(''.join(
        json.dumps({**defaults, **fields}) + '\n' for fields in lines))
    return str(path)


def sample(file: str, video: str = 'a.mp4', total_frames: int = NUM_FRAMES,
           start_index: int = 0, **options: Any) -> dict:
    """What the transform makes of one video."""
    transform = TRANSFORMS.build(
        dict(type='SampleSelectedFrames', selection_file=file, **options))
    return transform(dict(filename=f'data/{video}', total_frames=total_frames,
                          start_index=start_index))


def frames(*args: Any, **options: Any) -> List[int]:
    return sample(*args, **options)['frame_inds'].tolist()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / 'selected.jsonl'


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> List[List[int]]:
    """Numbers of all frames that decord is asked for, call by call."""
    asked = []
    original = decord.VideoReader.get_batch

    def get_batch(reader: decord.VideoReader, inds: np.ndarray) -> Any:
        asked.append(list(inds))
        return original(reader, inds)

    def refuse(*args: Any) -> None:
        raise AssertionError('a frame was decoded in another way')

    monkeypatch.setattr(decord.VideoReader, 'get_batch', get_batch)
    for name in ('next', '__getitem__', 'seek', 'seek_accurate'):
        monkeypatch.setattr(decord.VideoReader, name, refuse)
    return asked


def videos(ann_file: Path, transform: dict, input_format: str,
           kind: str = 'VideoDataset') -> torch.utils.data.Dataset:
    """MMAction2's data set and pipeline, the sampling aside."""
    options = dict(num_classes=3) if kind != 'VideoDataset' else {}
    return DATASETS.build(
        dict(type=kind, ann_file=str(ann_file), test_mode=True,
             data_prefix=dict(video=str(ann_file.parent)),
             pipeline=[
                 dict(type='DecordInit'), transform,
                 dict(type='DecordDecode'),
                 dict(type='FormatShape', input_format=input_format),
                 dict(type='PackActionInputs')], **options))


@pytest.mark.parametrize('dims, input_format, shape', [
    (2, 'NCHW', (3, 3, 32, 32)), (3, 'NCTHW', (1, 3, 3, 32, 32))])
def test_recognizers_see_the_selected_frames_and_no_other(
        ann_file: Path, file: Path, decoded: List[List[int]], dims: int,
        input_format: str, shape: tuple) -> None:
    """2D and 3D of MMAction2, the transform the only change."""
    selected = [[i % 4, 5 + i % 3, 9 + i % 2] for i in range(8)]
    write(file, *(dict(path=f'{i}.mp4', frame_inds=inds)
                  for i, inds in enumerate(selected)))
    dataset = videos(
        ann_file,
        dict(type='SampleSelectedFrames', selection_file=str(file)),
        input_format)
    batch = pseudo_collate([dataset[i] for i in range(8)])
    assert decoded == selected
    for i, inputs in enumerate(batch['inputs']):
        assert inputs.shape == shape
        images = inputs[0].transpose(0, 1) if dims == 3 else inputs
        # Their grey levels tell which frames these are; see write_video.
        levels = images.float().mean(dim=(1, 2, 3)).numpy()
        given = [60 * (i % 3) + 8 * number for number in selected[i]]
        assert levels == pytest.approx(given, abs=3)
    model = MODELS.build(dict(
        tiny_classifier(dims),
        data_preprocessor=dict(
            type='ActionDataPreprocessor', mean=[127.5] * 3, std=[64.] * 3,
            format_shape=input_format))).eval()
    with torch.no_grad():
        predicted = model.test_step(batch)
    assert len(predicted) == 8


def test_only_the_selected_image_files_are_needed(tmp_path: Path,
                                                  file: Path) -> None:
    """Raw frames, which count from 1; the others are not even there."""
    folder = tmp_path / 'raw' / 'a'
    folder.mkdir(parents=True)
    for number in (3, 8):
        cv2.imwrite(str(folder / f'img_{number:05}.jpg'),
                    np.full((8, 8, 3), 10 * number, np.uint8))
    write(file, dict(path='a.mp4', frame_inds=[2, 7]))
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text(f'a {NUM_FRAMES} 0\n')
    dataset = DATASETS.build(
        dict(type='RawframeDataset', ann_file=str(ann_file), test_mode=True,
             data_prefix=dict(img=str(tmp_path / 'raw')),
             pipeline=[
                 dict(type='SampleSelectedFrames', selection_file=str(file)),
                 dict(type='RawFrameDecode'),
                 dict(type='FormatShape', input_format='NCHW'),
                 dict(type='PackActionInputs')]))
    images = dataset[0]['inputs'].float().mean(dim=(1, 2, 3))
    assert images.tolist() == pytest.approx([30, 80], abs=2)
    shutil.rmtree(folder)
    with pytest.raises(FileNotFoundError):
        dataset[0]


@pytest.mark.parametrize('decoder', ['PyAV', 'OpenCV'])
def test_other_decoders(ann_file: Path, file: Path, decoder: str) -> None:
    write(file, dict(path='1.mp4', frame_inds=[2, 9]))
    pipeline = Compose([
        dict(type=f'{decoder}Init'),
        dict(type='SampleSelectedFrames', selection_file=str(file)),
        dict(type=f'{decoder}Decode')])
    results = pipeline(
        dict(filename=str(ann_file.parent / '1.mp4'), start_index=0))
    levels = [image.mean() for image in results['imgs']]
    assert levels == pytest.approx([60 + 16, 60 + 72], abs=3)


def test_clip_or_frames(file: Path) -> None:
    write(file, dict(path='a.mp4', frame_inds=[1, 4, 4]))
    for as_clip, shape in ((True, (1, 3)), (False, (3, 1))):
        results = sample(str(file), as_clip=as_clip)
        assert results['frame_inds'].dtype == np.int64
        assert results['frame_inds'].tolist() == [1, 4, 4]
        assert (results['num_clips'], results['clip_len']) == shape
        assert results['frame_interval'] == 1


def test_lines_of_clips_and_patches(file: Path) -> None:
    write(file, dict(path='a.mp4', unit='clip',
                     frame_inds=[[0, 2, 4], [6, 8, 10]],
                     candidate_frame_inds=[[0, 2, 4], [3, 5, 7], [6, 8, 10]],
                     scores=[.2, .3, .5]))
    results = sample(str(file))
    assert results['frame_inds'].tolist() == [0, 2, 4, 6, 8, 10]
    assert (results['num_clips'], results['clip_len']) == (2, 3)
    results = sample(str(file), num_selected=1)
    assert results['frame_inds'].tolist() == [6, 8, 10]
    assert (results['num_clips'], results['clip_len']) == (1, 3)
    write(file, dict(path='a.mp4', unit='patch', frame_inds=[3, 5],
                     boxes=[[0, 0, 8, 8], [4, 4, 12, 12]]))
    assert frames(str(file)) == [3, 5]


def test_differing_numbers_have_to_be_made_equal(file: Path) -> None:
    write(file,
          dict(path='a.mp4', frame_inds=[1, 4, 7, 10],
               candidate_frame_inds=[10, 7, 4, 1], scores=[.2, .3, .1, .3]),
          dict(path='b.mp4', frame_inds=[2, 5],
               candidate_frame_inds=[2, 5], scores=[.5, .5]))
    with pytest.raises(ValueError, match=r'line 2: 2 frame.s. selected, but '
                       r'4 frame.s. in line 1; set num_selected'):
        sample(str(file))
    # The highest scores, the earlier of equal ones, in their order in time.
    assert frames(str(file), num_selected=2) == [1, 7]
    assert frames(str(file), num_selected=3) == [1, 7, 10]
    assert frames(str(file), 'b.mp4', num_selected=3) == [2, 5, 5]
    assert frames(str(file), 'b.mp4', num_selected=4) == [2, 2, 5, 5]
    assert frames(str(file), 'a.mp4', num_selected='any') == [1, 4, 7, 10]
    assert frames(str(file), 'b.mp4', num_selected='any') == [2, 5]


def test_evenly_spread_without_scores(file: Path) -> None:
    write(file, dict(path='a.mp4', frame_inds=[0, 1, 2, 3, 4, 5]))
    assert frames(str(file), num_selected=2) == [1, 4]
    assert frames(str(file), num_selected=6) == [0, 1, 2, 3, 4, 5]


def test_start_indices(file: Path) -> None:
    """Frames that counted from 1 in the export, or count from 1 here."""
    write(file, dict(path='a.mp4', frame_inds=[1, 12], start_index=1))
    assert frames(str(file)) == [0, 11]
    assert frames(str(file), start_index=1) == [1, 12]


def test_errors(file: Path, tmp_path: Path) -> None:
    write(file, dict(path='a.mp4', frame_inds=[1]))
    with pytest.raises(ValueError, match=r'selected.jsonl, line 1: a.mp4 had '
                       r'12 frames .* data/a.mp4 has 11; export again'):
        sample(str(file), total_frames=11)
    with pytest.raises(ValueError, match='no line for video data/b.mp4'):
        sample(str(file), 'b.mp4')
    with pytest.raises(ValueError, match='num_selected must be at least 1'):
        sample(str(file), num_selected=0)
    with pytest.raises(ValueError, match="a number, 'any' or None, but got "
                       "'all'"):
        sample(str(file), num_selected='all')
    for wrong in (2., True, np.float64(2)):
        with pytest.raises(ValueError, match="a number, 'any' or None, but "
                           'got .*whole'):
            sample(str(file), num_selected=wrong)
    with pytest.raises(ValueError, match="a number, None, but got 'any'"):
        sample(str(file), num_path_parts='any')
    with pytest.raises(ValueError, match='num_path_parts must be at least'):
        sample(str(file), num_path_parts=0)
    with pytest.raises(TypeError, match='num_frames'):
        sample(str(file), num_frames=3)
    with pytest.raises(FileNotFoundError, match='gone.jsonl does not exist'):
        sample(str(tmp_path / 'gone.jsonl'))
    write(file, dict(path='a.mp4', frame_inds=[]))
    with pytest.raises(ValueError, match='line 1: nothing was selected in a'):
        sample(str(file))


def test_a_missing_line_is_no_broken_video(ann_file: Path,
                                           file: Path) -> None:
    """``UntrimmedVideoDataset`` would replace or leave out a broken one."""
    write(file, dict(path='0.mp4', frame_inds=[3]))
    dataset = videos(
        ann_file,
        dict(type='SampleSelectedFrames', selection_file=str(file)), 'NCHW',
        kind='UntrimmedVideoDataset')
    assert dataset[0]['inputs'].shape == (1, 3, 32, 32)
    with pytest.raises(ValueError, match='no line for video .*1.mp4'):
        dataset[1]


def test_workers_get_a_small_object_and_read_once(
        ann_file: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file, *(dict(path=f'{i}.mp4', frame_inds=[1, 5])
                  for i in range(5000)))
    transform = TRANSFORMS.build(
        dict(type='SampleSelectedFrames', selection_file=str(file)))
    assert len(pickle.dumps(transform)) < 500

    def refuse(path: str) -> None:
        raise AssertionError(f'{path} was read again')

    monkeypatch.setattr(selection_file, 'SelectionFile', refuse)
    copy = pickle.loads(pickle.dumps(transform))
    results = dict(
        filename='4999.mp4', total_frames=NUM_FRAMES, start_index=0)
    assert copy(results)['frame_inds'].tolist() == [1, 5]
    assert repr(copy) == repr(transform)


def test_in_workers(ann_file: Path, file: Path) -> None:
    write(file, *(dict(path=f'{i}.mp4', frame_inds=[i]) for i in range(8)))
    dataset = videos(
        ann_file,
        dict(type='SampleSelectedFrames', selection_file=str(file)), 'NCHW')
    loader = torch.utils.data.DataLoader(
        dataset, batch_size=4, num_workers=1, collate_fn=pseudo_collate)
    levels = [float(x.float().mean()) for b in loader for x in b['inputs']]
    assert levels == pytest.approx(
        [60 * (i % 3) + 8 * i for i in range(8)], abs=3)
