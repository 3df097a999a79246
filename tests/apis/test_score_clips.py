"""Oracle labels of whole lists of videos, interrupted and shared out."""
import ctypes
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, List

import cv2
import numpy as np
import pytest
import torch
from helpers import NUM_CLASSES, REPOSITORY, tiny_classifier
from helpers_forks import run_forked
from helpers_scsampler import write_clip_dataset
from mmaction.registry import MODELS, TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmaction_sampler.apis import score_config
from mmaction_sampler.apis.score_clips import parse_score_args, score_clips
from mmaction_sampler.datasets.clip_scores_file import ClipScoresFile
from mmaction_sampler.datasets.video import VideoReader


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """A data set, a 2D and a 3D classifier's configs and weights."""
    init_default_scope('mmaction')
    root = tmp_path_factory.mktemp('data')
    write_clip_dataset(root, 4)
    for dims, shape in ((2, 'NCHW'), (3, 'NCTHW')):
        model = dict(
            tiny_classifier(dims),
            data_preprocessor=dict(
                type='ActionDataPreprocessor', mean=[127.5] * 3,
                std=[64.] * 3, format_shape=shape))
        Config(dict(
            model=model, default_scope='mmaction',
            test_pipeline=[
                dict(type='DecordInit'),
                dict(type='SampleFrames', clip_len=3, frame_interval=2,
                     num_clips=10, test_mode=True),
                dict(type='DecordDecode'),
                dict(type='Resize', scale=(-1, 24)),
                dict(type='CenterCrop', crop_size=24),
                dict(type='FormatShape', input_format=shape),
                dict(type='PackActionInputs'),
            ])).dump(root / f'{dims}d.py')
        torch.manual_seed(dims)
        torch.save(MODELS.build(model).state_dict(), root / f'{dims}d.pth')
    return root


@TRANSFORMS.register_module()
class HangAtOne(BaseTransform):
    """Hangs at one file, as a decoder would, in C."""

    def transform(self, results: dict) -> dict:
        """Sleep for a minute."""
        if results['filename'].endswith('1.mp4'):
            ctypes.PyDLL(None).sleep(60)
        return results


def arguments(folder: Path, out: Path, dims: int = 2) -> List[str]:
    """The command line."""
    return [str(folder / f'{dims}d.py'), str(folder / f'{dims}d.pth'),
            str(folder / 'list.txt'), str(out), '--data-prefix', str(folder)]


def lines_of(path: Path) -> Dict[str, dict]:
    """The lines of a file, by path."""
    found = [json.loads(x) for x in path.read_text().splitlines()]
    assert len({line['path'] for line in found}) == len(found)
    return {line['path']: line for line in found}


@pytest.mark.parametrize('dims', [2, 3])
def test_scores_are_the_classifiers_own(folder, tmp_path, dims) -> None:
    out = tmp_path / 'scores.jsonl'
    score_clips(parse_score_args(arguments(folder, out, dims)))
    file = ClipScoresFile(str(out))
    assert len(file.lines) == 4
    line = file.find('3.mp4')
    assert (line.total_frames, line.clip_len, line.frame_interval) == (
        32, 3, 2)
    cfg = Config.fromfile(folder / f'{dims}d.py')
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(torch.load(folder / f'{dims}d.pth'))
    with VideoReader(str(folder / '3.mp4')) as reader:
        for clip, score in enumerate(line.confidence):
            frames = reader.get_frames(6 * clip + np.array([0, 2, 4]))
            frames = [cv2.resize(f, (24, 24)) for f in frames]
            pixels = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)
            inputs = pixels if dims == 2 else pixels.transpose(0, 1)[None]
            data = model.data_preprocessor(
                dict(inputs=[inputs], data_samples=None), False)
            with torch.no_grad():
                feats, options = model.extract_feat(
                    data['inputs'], test_mode=True)
                probs = model.cls_head(feats, **options).softmax(-1)
            assert score == pytest.approx(probs[0, 0].item(), abs=2e-5)


@pytest.mark.parametrize('dims', [2, 3])
def test_crops_of_a_clip_count_for_that_clip(folder, tmp_path, dims) -> None:
    """Three crops that are all the same change nothing."""
    cfg = Config.fromfile(folder / f'{dims}d.py')
    alike = dict(type='ThreeCrop', crop_size=24)  # of 24 x 24 pixels
    cfg.test_pipeline.insert(5, alike)
    cfg.dump(tmp_path / 'crops.py')
    plain = arguments(folder, tmp_path / 'plain.jsonl', dims)
    cropped = [str(tmp_path / 'crops.py'), plain[1], plain[2],
               str(tmp_path / 'cropped.jsonl'), *plain[4:]]
    score_clips(parse_score_args(plain))
    score_clips(parse_score_args(cropped))
    expected = lines_of(tmp_path / 'plain.jsonl')
    for path, line in lines_of(tmp_path / 'cropped.jsonl').items():
        assert line['confidence'] == pytest.approx(
            expected[path]['confidence'], abs=2e-6)
    assert len(set(line['confidence'])) > 1


def test_an_scsamplers_config_scores_with_its_classifier(
        folder, tmp_path) -> None:
    cfg = Config.fromfile(folder / '3d.py')
    *_, resize, crop, layout, _ = cfg.test_pipeline
    normalisation = dict(cfg.model.data_preprocessor)
    for key in ('type', 'format_shape'):
        normalisation.pop(key)
    sampler = tmp_path / 'sampler.py'
    Config(dict(
        model=dict(
            type='SCSampler', visual_saliency_net=None,
            classifier=dict(
                (k, v) for k, v in cfg.model.items()
                if k != 'data_preprocessor'),
            data_preprocessor=dict(
                type='ClipDataPreprocessor', clips=normalisation)),
        default_scope='mmaction',
        test_pipeline=[
            dict(type='PyAVSparseInit'),
            dict(type='SampleVideoClips', clip_len=3, frame_interval=2),
            dict(type='PackClipStream', features=[], clip_pipeline=[
                dict(type='PyAVSparseDecode'), resize, crop, layout]),
        ])).dump(sampler)
    expected, found = tmp_path / 'expected.jsonl', tmp_path / 'found.jsonl'
    score_clips(parse_score_args(arguments(folder, expected, 3)))
    score_clips(parse_score_args(
        [str(sampler), *arguments(folder, found, 3)[1:]]))
    assert lines_of(found) == lines_of(expected)
    with pytest.raises(ValueError, match='sampler.py has no FormatShape'):
        score_clips(parse_score_args(
            [str(sampler), *arguments(folder, tmp_path / 'none.jsonl', 3)[1:],
             '--cfg-options', 'test_pipeline=[]']))


def test_lines_of_other_labels_or_videos_are_not_kept(folder,
                                                      tmp_path) -> None:
    names, out = tmp_path / 'list.txt', tmp_path / 'scores.jsonl'
    argv = arguments(folder, out)
    argv[2] = str(names)
    names.write_text('0.mp4 0\n1.mp4 1\n')
    score_clips(parse_score_args(argv))
    assert [x['labels'] for x in lines_of(out).values()] == [[0], [1]]
    names.write_text('0.mp4 0\n1.mp4 1\n2.mp4 2\n')
    score_clips(parse_score_args(argv))
    assert len(lines_of(out)) == 3
    names.write_text('0.mp4 0\n1.mp4 2\n2.mp4 2\n')
    with pytest.raises(ValueError, match=r'line 2: 1.mp4 .* \[1\], but .*'
                                         r' \[2\]'):
        score_clips(parse_score_args(argv))
    names.write_text('0.mp4 0\n')
    with pytest.raises(ValueError, match='was made with another config'):
        score_clips(parse_score_args([*argv, '--data-prefix', '.']))


def test_an_interrupted_file_is_completed(folder, tmp_path) -> None:
    whole, part = tmp_path / 'whole.jsonl', tmp_path / 'part.jsonl'
    score_clips(parse_score_args(arguments(folder, whole)))
    content = whole.read_bytes()
    second = content.index(b'\n') + 1
    # Killed in the middle of the second line.
    part.write_bytes(content[:second + 20])
    meta = Path(f'{whole}.meta.json')
    Path(f'{part}.meta.json').write_text(meta.read_text())
    score_clips(parse_score_args(arguments(folder, part)))
    assert lines_of(part) == lines_of(whole)
    assert part.read_bytes().startswith(content[:second])
    # Nothing is left to do, and nothing is done.
    before = part.stat().st_mtime_ns
    score_clips(parse_score_args(arguments(folder, part)))
    assert lines_of(part) == lines_of(whole)
    assert part.stat().st_mtime_ns == before
    with pytest.raises(ValueError, match='another config'):
        score_clips(parse_score_args(
            [*arguments(folder, part), '--clip-len', '5']))
    # Fewer clips at once, as after running out of memory.
    part.write_bytes(content[:second])
    score_clips(parse_score_args(
        [*arguments(folder, part), '--clips-per-pass', '1']))
    assert lines_of(part).keys() == lines_of(whole).keys()


def test_killed_command_and_two_processes(folder, tmp_path) -> None:
    """Two ranks are killed after their first lines and go on from there."""
    alone, shared = tmp_path / 'alone.jsonl', tmp_path / 'shared.jsonl'
    score_clips(parse_score_args(arguments(folder, alone)))
    tool = str(REPOSITORY / 'tools/scsampler/score_clips.py')
    process = subprocess.Popen(
        [sys.executable, tool, *arguments(folder, shared)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path,
        env={'PYTHONPATH': str(REPOSITORY), 'OMP_NUM_THREADS': '1'})
    for _ in range(24000):
        if process.poll() is not None or (
                shared.is_file() and shared.stat().st_size):
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert shared.stat().st_size
    result = run_forked(
        tmp_path, tool, *arguments(folder, shared), '--launcher', 'pytorch',
        ranks=2)
    assert result.returncode == 0, result.stderr[-2000:]
    assert lines_of(shared) == lines_of(alone)


def test_broken_videos_have_no_line(folder, tmp_path) -> None:
    names = tmp_path / 'list.txt'
    names.write_text('0.mp4 0\ngone.mp4 1\n')
    out = tmp_path / 'scores.jsonl'
    argv = arguments(folder, out)
    argv[2] = str(names)
    score_clips(parse_score_args(argv))
    assert set(lines_of(out)) == {'0.mp4'}
    names.write_text('gone.mp4 1\n')
    argv[3] = str(tmp_path / 'none.jsonl')
    with pytest.raises(RuntimeError, match='gone.mp4; check --data-prefix'):
        score_clips(parse_score_args(argv))


def test_a_hanging_decoder_costs_one_video(folder, tmp_path,
                                           monkeypatch) -> None:
    monkeypatch.setattr(score_config, 'LOAD_TIMEOUT', 2.)
    cfg = Config.fromfile(folder / '2d.py')
    cfg.test_pipeline.insert(3, dict(type='HangAtOne'))
    cfg.dump(tmp_path / 'hang.py')
    out = tmp_path / 'out.jsonl'
    begin = time.monotonic()
    score_clips(parse_score_args(
        [str(tmp_path / 'hang.py'), *arguments(folder, out)[1:]]))
    assert time.monotonic() - begin < 30
    assert set(lines_of(out)) == {'0.mp4', '2.mp4', '3.mp4'}


def test_several_labels(folder, tmp_path) -> None:
    names = tmp_path / 'list.txt'
    names.write_text(f'0.mp4 {" ".join(map(str, range(NUM_CLASSES)))}\n')
    argv = arguments(folder, tmp_path / 'scores.jsonl')
    argv[2] = str(names)
    score_clips(parse_score_args([*argv, '--multi-class']))
    line, = lines_of(tmp_path / 'scores.jsonl').values()
    assert line['confidence'] == pytest.approx([1.] * 3, abs=1e-5)


def test_what_cannot_work_is_refused(folder, tmp_path) -> None:
    out = tmp_path / 'scores.jsonl'
    argv = arguments(folder, out)
    with pytest.raises(FileNotFoundError, match='does not exist'):
        score_clips(parse_score_args([str(tmp_path / 'no.py'), *argv[1:]]))
    with pytest.raises(ValueError, match='another model'):
        score_clips(parse_score_args(argv + ['--prefix', 'classifier.']))
    with pytest.raises(ValueError, match='--clip-len'):
        score_clips(parse_score_args(
            argv + ['--cfg-options', 'test_pipeline=[]']))
