"""Pictures of what was selected, while a recognizer is being trained."""
import math
from pathlib import PurePath
from typing import Iterator, Optional, Sequence, Set, Tuple

import numpy as np
from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, Runner

from mmaction_sampler.datasets.video import frame_seconds
from mmaction_sampler.visualization import (VideoFacts, candidate_pictures,
                                            middle_frames, picture_name,
                                            video_sheet)


@HOOKS.register_module()
class SelectionPictureHook(Hook):
    """Give sheets of some validated videos to MMEngine's visualizer.

    Its backends keep them: ``LocalVisBackend`` as
    ``vis_data/vis_image/selection_NAME_STEP.png``, TensorBoard among its
    images; NAME is that of the video with a digest of its path. The step is
    the epoch, or the iteration of an iteration-based run. They are the same
    videos every time: the first ones of the main process. One that cannot
    be drawn is warned about, once, and validation goes on.

    Args:
        num_videos (int): Videos of a validation, at least 1. Defaults to 4.
        interval (int): Draw in every this-manieth validation, at least 1,
            the same ones if the run is resumed. Defaults to 1.

    Raises:
        ValueError: If a number is below 1.
    """

    priority = 'LOW'

    def __init__(self, num_videos: int = 4, interval: int = 1) -> None:
        for name, value in (('num_videos', num_videos),
                            ('interval', interval)):
            if value < 1:
                raise ValueError(f'{name} must be at least 1, but is {value}')
        self.num_videos = num_videos
        self.interval = interval
        self._drawn = 0
        self._is_due = False
        self._undrawn: Set[str] = set()

    def before_val_epoch(self, runner: Runner) -> None:
        """Begin a new set of pictures."""
        self._drawn = 0
        self._is_due = _num_validations(runner) % self.interval == 0

    def after_val_iter(self,
                       runner: Runner,
                       batch_idx: int,
                       data_batch: Optional[dict] = None,
                       outputs: Optional[Sequence] = None) -> None:
        """Draw videos of the first batches."""
        if not self._is_due or not is_main_process():
            return
        for inputs, sample in _pairs(data_batch, outputs or ()):
            if self._drawn == self.num_videos:
                return
            path = sample.get('filename') or sample.get('frame_dir')
            name = path or f'video {self._drawn}'
            try:
                self._draw(runner, inputs, sample, name)
            # Whatever is wrong with a picture, such as a clip that was not
            # selected and is damaged: the video is recognised.
            except Exception as error:
                self._warn(runner, name, error)
            self._drawn += 1

    def _warn(self, runner: Runner, name: str, error: Exception) -> None:
        if name not in self._undrawn:
            self._undrawn.add(name)
            runner.logger.warning(
                f'{name} is validated, but not drawn: {error}')

    def _draw(self, runner: Runner, inputs: object,
              sample: ActionDataSample, name: str) -> None:
        meta = runner.visualizer.dataset_meta or {}
        facts = VideoFacts.of_sample(
            sample, PurePath(name).name, _times(sample), meta.get('classes'))
        pictures = candidate_pictures(inputs, sample.selection)
        runner.visualizer.add_image(
            f'selection_{picture_name(name)}',
            video_sheet(pictures, facts),
            runner.epoch or runner.iter)


def _num_validations(runner: Runner) -> int:
    """Validations of the run before this one, 0 without training.

    Counted from the loop's progress, which a resumed run goes on with.
    """
    loop = runner._train_loop
    if not isinstance(loop, (EpochBasedTrainLoop, IterBasedTrainLoop)):
        return 0
    first, now = (math.ceil(at / loop.val_interval) for at in (
        max(loop.val_begin, 1), runner.epoch or runner.iter))
    return now - first


def _pairs(data_batch: dict, outputs: Sequence
           ) -> Iterator[Tuple[object, ActionDataSample]]:
    """Inputs and prediction of each video that was recognised."""
    outputs = [s for s in outputs if 'selection' in s]
    given = [(x, s) for x, s in zip(data_batch['inputs'],
                                    data_batch['data_samples'])
             if not s.get('unreadable')]
    if len(given) == len(outputs):
        yield from ((x, s) for (x, _), s in zip(given, outputs))
        return
    # A stream may turn out to be broken while it is recognised.
    inputs = {s.get('filename'): x for x, s in given}
    yield from ((inputs[s.get('filename')], s) for s in outputs
                if s.get('filename') in inputs)


def _times(sample: ActionDataSample) -> np.ndarray:
    """Seconds of the candidates; NaN without a video file."""
    if 'filename' not in sample or 'frame_inds' not in sample:
        return np.full(sample.selection.num_candidates, np.nan)
    return frame_seconds(sample.filename)[middle_frames(sample)]
