"""Sheets that a validation gives to MMEngine's visualizer."""
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from helpers import build_runner, tiny_config
from helpers_infer import motion_scsampler, stream_pipeline
from mmaction.registry import MODELS
from tensorboard.backend.event_processing.event_accumulator import \
    EventAccumulator

from mmaction_sampler.datasets import UntrimmedVideoDataset
from mmaction_sampler.datasets.clip_stream import VideoClipStream
from mmaction_sampler.engine.hooks import SelectionPictureHook
from mmaction_sampler.structures import ClipStreamError
from mmaction_sampler.visualization import picture_name


def test_files_of_a_run(ann_file: Path, tmp_path: Path):
    """Two validations, of which the hook draws the first and last."""
    cfg = tiny_config(ann_file, tmp_path)
    cfg.train_cfg.update(max_epochs=3, val_interval=1)
    cfg.custom_hooks[0].stages[1].epochs = 1
    cfg.default_hooks.pictures = dict(
        type='SelectionPictureHook', num_videos=2, interval=2)
    cfg.visualizer.vis_backends = [
        dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')]
    runner = build_runner(cfg)
    runner.train()
    folder = Path(runner.log_dir) / 'vis_data/vis_image'
    names = [f'selection_{picture_name(str(ann_file.parent / name))}'
             for name in ('0.mp4', '1.mp4')]
    assert sorted(p.name for p in folder.iterdir()) == [
        f'{name}_{step}.png' for name in names for step in (1, 3)]
    image = cv2.imread(str(folder / f'{names[0]}_1.png'))
    assert ((image == (0, 176, 255)).all(-1)).sum() > 1000
    events = EventAccumulator(str(folder.parent)).Reload()
    assert 'acc/top1' in events.Tags()['scalars']
    assert sorted(events.Tags()['images']) == names
    for name in names:
        first, last = events.Images(name)
        assert (first.step, last.step) == (1, 3)
        kept = cv2.imdecode(
            np.frombuffer(first.encoded_image_string, np.uint8), 1)
        file = cv2.imread(str(folder / f'{name}_1.png'))
        assert (kept == file).all()


def test_a_resumed_run_draws_in_the_same_validations(ann_file: Path,
                                                     tmp_path: Path):
    """It has one epoch, then two more."""
    steps = []
    for epochs in (1, 3):
        cfg = tiny_config(ann_file, tmp_path)
        cfg.train_cfg.update(max_epochs=epochs, val_interval=1)
        cfg.custom_hooks[0].stages = [dict(name='warmup', epochs=epochs)]
        cfg.default_hooks.pictures = dict(
            type='SelectionPictureHook', num_videos=1, interval=2)
        cfg.resume = epochs == 3
        runner = build_runner(cfg)
        runner.train()
        folder = Path(runner.log_dir) / 'vis_data/vis_image'
        steps.append([path.stem[-2:] for path in folder.iterdir()])
    assert steps == [['_1'], ['_3']]


class FakeRunner:
    """What the hook asks of a runner; it keeps names and warnings."""
    epoch, iter = 0, 7
    _train_loop = None

    def __init__(self):
        self.drawn, self.warned = [], []
        self.visualizer = SimpleNamespace(
            dataset_meta=None,
            add_image=lambda name, _, step: self.drawn.append((name, step)))
        self.logger = SimpleNamespace(warning=self.warned.append)

    def validate(self, hook: SelectionPictureHook, data: dict,
                 outputs: list) -> list:
        """What a validation of one batch draws."""
        self.drawn.clear()
        hook.before_val_epoch(self)
        hook.after_val_iter(self, 0, data, outputs)
        return [(name.rpartition('-')[0], step) for name, step in self.drawn]


@pytest.fixture
def batch(broken_list: Path) -> tuple:
    """Three broken streams and two good ones, and the predictions."""
    model = MODELS.build(motion_scsampler()).eval()
    dataset = UntrimmedVideoDataset(
        str(broken_list), stream_pipeline(), 3, test_mode=True,
        data_prefix=dict(video=str(broken_list.parent)))
    items = [dataset[i] for i in range(5)]
    data = {key: [item[key] for item in items] for key in items[0]}
    with torch.no_grad():
        return data, model.test_step(data)


def test_broken_videos_and_streams(batch: tuple):
    """Pictures are of the videos that they are named after."""
    runner = FakeRunner()
    assert runner.validate(SelectionPictureHook(), *batch) == [
        ('selection_good', 7), ('selection_good2', 7)]
    assert not runner.warned


def test_what_cannot_be_drawn_is_left_out(batch: tuple, monkeypatch):
    """A clip that was not selected is damaged, as a picture of it shows."""
    load = VideoClipStream.load

    def fail(self, inds):
        if self._results['filename'].endswith('good.mp4'):
            raise ClipStreamError('frame 3 cannot be decoded')
        yield from load(self, inds)

    monkeypatch.setattr(VideoClipStream, 'load', fail)
    runner, hook = FakeRunner(), SelectionPictureHook()
    for _ in range(2):
        assert runner.validate(hook, *batch) == [('selection_good2', 7)]
    message, = runner.warned
    assert message.endswith(
        'good.mp4 is validated, but not drawn: frame 3 cannot be decoded')


@pytest.mark.parametrize('options', [dict(num_videos=0), dict(interval=0)])
def test_numbers_below_one(options):
    with pytest.raises(ValueError, match='must be at least 1, but is 0'):
        SelectionPictureHook(**options)
