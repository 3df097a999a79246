"""Exported lines against what the recognizer predicts."""
import json
from pathlib import Path
from typing import Dict, List

import decord
import numpy as np
import pytest
import torch
from helpers import (build_runner, pipeline, tiny_classifier, tiny_config,
                     tiny_ocsampler)
from helpers_infer import predict
from helpers_scsampler import scsampler_config
from mmaction.registry import MODELS
from mmengine.config import Config

from mmaction_sampler.apis.export_selection import (export_selection,
                                                    parse_export_args)
from mmaction_sampler.apis.load_recognizer import load_recognizer
from mmaction_sampler.apis.video_pipeline import video_pipeline
from mmaction_sampler.datasets.clip_stream import VideoClipStream
from mmaction_sampler.structures import ClipStreamError


@pytest.fixture
def checkpoint(tmp_path: Path) -> str:
    """Weights whose policy prefers some candidates to others."""
    torch.manual_seed(0)
    model = MODELS.build(tiny_ocsampler())
    torch.nn.init.normal_(model.policy.projection.weight)
    path = tmp_path / 'weights.pth'
    torch.save(dict(state_dict=model.state_dict()), path)
    return str(path)


@pytest.fixture
def cfg(ann_file: Path, tmp_path: Path) -> Config:
    """Batches of three; the pipeline keeps nothing with the samples."""
    cfg = tiny_config(ann_file, tmp_path / 'run')
    cfg.test_dataloader.batch_size = 3
    cfg.test_dataloader.dataset.pipeline[-1].meta_keys = ()
    cfg.test_pipeline = pipeline(5)
    return cfg


def export(cfg: Config, checkpoint: str, out: Path,
           *options: str) -> List[dict]:
    """The lines of the file."""
    path = Path(cfg.work_dir).parent / 'config.py'
    cfg.dump(path)
    export_selection(
        parse_export_args([str(path), checkpoint, str(out), *options]))
    return [json.loads(line) for line in out.read_text().splitlines()]


def log(cfg: Config) -> str:
    """What all runs have logged."""
    return ''.join(p.read_text() for p in Path(cfg.work_dir).rglob('*.log'))


def test_lines_are_the_predictions(cfg: Config, checkpoint: str,
                                   ann_file: Path, tmp_path: Path) -> None:
    lines = export(cfg, checkpoint, tmp_path / 'out.jsonl')
    assert [line['path'] for line in lines] == [
        f'{i}.mp4' for i in range(8)]
    model = load_recognizer(cfg, checkpoint)
    transforms = video_pipeline(cfg)
    for line in lines:
        sample = predict(
            model, transforms, str(ann_file.parent / line['path']))
        assert line['candidate_frame_inds'] == [1, 3, 6, 8, 10]
        assert line['frame_inds'] == list(
            sample.frame_inds[sample.selection.inds])
        assert line['scores'] == pytest.approx(
            sample.selection.scores.tolist(), rel=1e-4)
        assert line['pred_label'] == sample.pred_score.argmax()
        assert line['cost'] == sample.cost
        assert (line['total_frames'], line['start_index']) == (12, 0)
    assert '8 videos, 0 of them have a line already' in log(cfg)
    assert 'has 8 lines; 0 broken video(s)' in log(cfg)


def test_training_split_is_tested_not_trained(cfg: Config, checkpoint: str,
                                              tmp_path: Path) -> None:
    """Also where its data set is wrapped and its frames would be random."""
    train = cfg.train_dataloader.dataset
    train.pipeline[1].test_mode = False
    train.indices = [6, 1]
    cfg.train_dataloader.dataset = dict(
        type='RepeatDataset', times=3, dataset=train)
    lines = export(cfg, checkpoint, tmp_path / 'train.jsonl', '--split',
                   'train')
    assert [line['path'] for line in lines] == ['6.mp4', '1.mp4']
    for line in lines:
        assert line['candidate_frame_inds'] == [1, 3, 6, 8, 10]


def test_going_on(cfg: Config, checkpoint: str, tmp_path: Path) -> None:
    out = tmp_path / 'out.jsonl'
    export(cfg, checkpoint, out)
    whole = out.read_text()
    lines = whole.splitlines(keepends=True)
    out.write_text(''.join(lines[:5]) + lines[5][:20])
    kept = out.stat().st_ino
    export(cfg, checkpoint, out)
    assert out.stat().st_ino == kept
    by_path: Dict[str, dict] = {}
    for text in (whole, out.read_text()):
        for line in map(json.loads, text.splitlines()):
            scores = line.pop('scores')
            # Other batches round differently.
            former = by_path.setdefault(line['path'], (line, scores))
            assert former[0] == line
            assert former[1] == pytest.approx(scores, rel=1e-4)
    assert len(out.read_text().splitlines()) == len(by_path) == 8
    assert '8 videos, 5 of them have a line already' in log(cfg)
    complete = out.read_text()
    export(cfg, checkpoint, out)
    assert out.read_text() == complete


def test_other_origins(cfg: Config, checkpoint: str, tmp_path: Path) -> None:
    out = tmp_path / 'out.jsonl'
    lines = export(cfg, checkpoint, out)
    # How batches are made changes no line.
    assert export(cfg, checkpoint, out, '--cfg-options',
                  'test_dataloader.batch_size=2') == lines
    with pytest.raises(ValueError, match=r'another split \(test, now val'):
        export(cfg, checkpoint, out, '--split', 'val')
    with pytest.raises(ValueError, match='another config or other options'):
        export(cfg, checkpoint, out, '--cfg-options', 'model.num_selected=1')
    other = tmp_path / 'other.pth'
    model = MODELS.build(tiny_ocsampler())
    torch.save(dict(state_dict=model.state_dict()), other)
    with pytest.raises(ValueError, match='another checkpoint .*other.pth'):
        export(cfg, str(other), out)


def test_broken_videos_are_named_and_have_no_line(
        cfg: Config, checkpoint: str, broken_list: Path,
        tmp_path: Path) -> None:
    dataset = cfg.test_dataloader.dataset
    dataset.ann_file = str(broken_list)
    dataset.data_prefix.video = str(broken_list.parent)
    out = tmp_path / 'out.jsonl'
    lines = export(cfg, checkpoint, out)
    assert [line['path'] for line in lines] == ['good.mp4', 'good2.mp4']
    text = log(cfg)
    for name in ('missing', 'truncated', 'empty'):
        assert f'broken video: {tmp_path / name}.mp4: ' in text
    assert 'has 2 lines; 3 broken video(s) have none' in text
    # They may have been mended: each run tries them again.
    assert export(cfg, checkpoint, out) == lines
    dataset.indices = [0, 1, 2]
    with pytest.raises(RuntimeError, match='none of the videos could be dec'):
        export(cfg, checkpoint, tmp_path / 'none.jsonl')


def test_streams_that_break_are_named(tmp_path: Path, monkeypatch) -> None:
    """They do so while the model reads them, not before."""
    load = VideoClipStream.load

    def fail(self, inds):
        if self._results['filename'].endswith('1.mp4'):
            raise ClipStreamError('frame 3 of 1.mp4 cannot be decoded')
        yield from load(self, inds)

    cfg = scsampler_config(tmp_path, tmp_path / 'run')
    cfg.test_pipeline = cfg.test_dataloader.dataset.pipeline
    weights = tmp_path / 'weights.pth'
    torch.save(dict(state_dict=MODELS.build(cfg.model).state_dict()), weights)
    monkeypatch.setattr(VideoClipStream, 'load', fail)
    lines = export(cfg, str(weights), tmp_path / 'out.jsonl')
    assert [line['path'] for line in lines] == ['0.mp4', '2.mp4', '3.mp4']
    assert '1.mp4: frame 3 of 1.mp4 cannot be decoded' in log(cfg)
    assert 'has 3 lines; 1 broken video(s) have none' in log(cfg)


def test_models_that_do_not_fit(cfg: Config, checkpoint: str,
                                tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match='gone.pth'):
        export(cfg, str(tmp_path / 'gone.pth'), tmp_path / 'out.jsonl')
    cfg.model = dict(
        tiny_classifier(), data_preprocessor=cfg.model.data_preprocessor)
    with pytest.raises(ValueError, match='does not fit|another model'):
        export(cfg, checkpoint, tmp_path / 'out.jsonl')
    weights = tmp_path / 'classifier.pth'
    torch.save(MODELS.build(cfg.model).state_dict(), weights)
    with pytest.raises(ValueError, match='0.mp4 has no selection; .*selects'):
        export(cfg, str(weights), tmp_path / 'out.jsonl')


@pytest.mark.parametrize('dims, input_format', [(2, 'NCHW'), (3, 'NCTHW')])
def test_another_recognizer_reads_the_exported_frames_alone(
        cfg: Config, checkpoint: str, ann_file: Path, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch, dims: int,
        input_format: str) -> None:
    """MMAction2's test loop, with the sampling transform replaced."""
    out = tmp_path / 'out.jsonl'
    lines = export(cfg, checkpoint, out)
    other = tiny_config(ann_file, tmp_path / 'other')
    other.model = dict(
        tiny_classifier(dims),
        data_preprocessor=dict(type='ActionDataPreprocessor',
                               mean=[127.5] * 3, std=[64.] * 3,
                               format_shape=input_format))
    other.model.cls_head.average_clips = 'prob'
    transforms = other.test_dataloader.dataset.pipeline
    transforms[1] = dict(type='SampleSelectedFrames', selection_file=str(out))
    transforms[3].input_format = input_format
    other.test_dataloader.dataset.type = 'VideoDataset'
    other.test_evaluator = [dict(type='AccMetric')]
    other.custom_hooks = []
    decoded = []
    original = decord.VideoReader.get_batch

    def get_batch(reader: decord.VideoReader, inds: np.ndarray) -> object:
        decoded.append(list(inds))
        return original(reader, inds)

    monkeypatch.setattr(decord.VideoReader, 'get_batch', get_batch)
    metrics = build_runner(other).test()
    assert decoded == [line['frame_inds'] for line in lines]
    assert 0 <= metrics['acc/top1'] <= 1
