"""One recognizer under measurement, and the videos that it is given."""
import time
from contextlib import nullcontext
from pathlib import Path
from typing import (Callable, ContextManager, Dict, List, NamedTuple,
                    Optional, Tuple)

import torch
from mmaction.registry import DATASETS, MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmengine.utils.dl_utils import set_multi_processing
from network_clock import Mark, NetworkClock
from process_memory import Megabytes, in_fresh_process, peak_memory
from profile_stage import frames_of, random_batch
from torch.utils.data import DataLoader

from mmaction_sampler.apis.compilation import compile_for_testing
from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.input_shape import input_shape
from mmaction_sampler.apis.load_recognizer import load_recognizer

_PRECISIONS = dict(bf16=torch.bfloat16, fp16=torch.float16)
Samples = List[ActionDataSample]
Seconds = Dict[str, float]


class Settings(NamedTuple):
    """What all recognizers of a run have in common.

    Attributes:
        num_videos (int): Videos, at least 1.
        batch_size (int): B, at least 1.
        device (str): Where the model computes.
        amp (str, optional): ``'bf16'`` or ``'fp16'``; None is float32.
        cfg_options (dict): Overrides of every config.
        random_input (bool): Random frames instead of the test set's videos.
        shape (list[int], optional): Size of the random frames, pixels; see
            :func:`input_shape`.
        compile (bool): Whether they run compiled.
    """
    num_videos: int
    batch_size: int
    device: str
    amp: Optional[str]
    cfg_options: dict
    random_input: bool
    shape: Optional[List[int]]
    compile: bool = False


class Subject:
    """A recognizer in eval mode, with videos in memory and in a loader.

    Args:
        settings (Settings): What all recognizers have in common.
        config (str): Path of the config.
        checkpoint (str, optional): Its weights. Without, they are random:
            figures of time hold, those of accuracy do not.
        name (str, optional): What it is called in the report; by default as
            the config's file.

    Attributes:
        num_videos (int): Videos in use.
        num_unreadable (int): Videos left out because they are broken.
        num_workers (int, optional): Processes that decode; None with random
            input.
        passes (tuple[Callable]): The timed passes over all videos, each
            giving seconds by name.

    Raises:
        FileNotFoundError: If config, checkpoint or annotations are missing.
        ValueError: If the checkpoint does not fit, no video is readable, or
            the config has no ``test_dataloader``.
    """

    def __init__(self, settings: Settings, config: str,
                 checkpoint: Optional[str] = None,
                 name: Optional[str] = None) -> None:
        self.settings, self.config = settings, config
        self.name = name or Path(config).stem
        self.checkpoint = checkpoint
        cfg = read_config(config, settings.cfg_options)
        set_multi_processing(**cfg.get('env_cfg', {}).get('mp_cfg', {}))
        init_default_scope(cfg.get('default_scope', 'mmaction'))
        torch.manual_seed(0)
        model = (load_recognizer(cfg, checkpoint) if checkpoint else
                 MODELS.build(cfg.model))
        self._model = model.to(settings.device).eval()
        # Compiled, the networks are no calls of their own.
        self._clock = (None if settings.compile else
                       NetworkClock(self._model))
        if settings.compile:
            compile_for_testing(self._model)
        self.num_unreadable = 0
        self.num_workers = None
        self.passes: Tuple[Callable[[], Seconds], ...] = (self.time_model, )
        if settings.random_input:
            self._batches = _random_batches(cfg, settings)
        else:
            self._take_videos(cfg)
            self.passes += (self.time_decoding, self.time_end_to_end)
        self.num_videos = sum(len(b['inputs']) for b in self._batches)

    def _take_videos(self, cfg: Config) -> None:
        """Decode videos that are spread evenly over the test set."""
        if not cfg.get('test_dataloader'):
            raise ValueError(
                f'{self.config} has no test_dataloader; define it there or '
                f'give --random-input')
        try:
            dataset = DATASETS.build(cfg.test_dataloader.dataset)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f'{self.config}: {error}; or give --random-input to measure '
                f'the model alone') from error
        count = min(self.settings.num_videos, len(dataset))
        inds = [i * len(dataset) // count for i in range(count)]
        packed = {i: dataset[i] for i in inds}
        packed = {i: p for i, p in packed.items()
                  if not p['data_samples'].get('unreadable')}
        if not packed:
            raise ValueError(
                f'{self.config}: none of {count} videos of the test set can '
                f'be read; check data_prefix of the dataset')
        self.num_unreadable = count - len(packed)
        self._loader = self._build_loader(cfg, list(packed))
        self.num_workers = self._loader.num_workers
        videos, size = list(packed.values()), self.settings.batch_size
        self._batches = [
            self._loader.collate_fn(videos[start:start + size])
            for start in range(0, len(videos), size)]

    def _build_loader(self, cfg: Config, inds: List[int]) -> DataLoader:
        """The config's loader on these videos of its dataset."""
        options = cfg.test_dataloader.to_dict()
        options.pop('batch_sampler', None)
        options.update(
            sampler=inds,
            batch_size=self.settings.batch_size,
            # Starting processes is no part of a rate.
            persistent_workers=options.get('num_workers', 0) > 0)
        return Runner.build_dataloader(options)

    def _autocast(self) -> ContextManager:
        if self.settings.amp is None:
            return nullcontext()
        return torch.autocast(
            torch.device(self.settings.device).type,
            dtype=_PRECISIONS[self.settings.amp])

    @torch.no_grad()
    def predict(self) -> Samples:
        """Predictions of all videos, those in memory, batch by batch."""
        samples = []
        for batch in self._batches:
            samples += self._test_step(batch)
        return samples

    def _test_step(self, batch: dict) -> Samples:
        with self._autocast():
            return self._model.test_step(batch)

    def time_model(self) -> Seconds:
        """Predict the videos in memory.

        From decoded frames to the filled samples: moving to the device,
        normalisation and all that the recognizer does.

        Returns:
            dict[str, float]: Seconds ``model``, of these ``networks`` in
            the forward passes of its networks, unless compiled;
            ``processor``, the time of all threads of this process.
        """
        if self._clock:
            self._clock.reset()
        processor = time.process_time()
        start = Mark(self.settings.device)
        self.predict()
        seconds = start.until(Mark(self.settings.device))
        taken = dict(model=seconds,
                     processor=time.process_time() - processor)
        if self._clock:
            taken['networks'] = self._clock.seconds()['forward']
        return taken

    def time_decoding(self) -> Seconds:
        """Iterate the loader without a model: seconds ``decoding``."""
        start = Mark('cpu')
        for _ in self._loader:
            pass
        return dict(decoding=start.until(Mark('cpu')))

    @torch.no_grad()
    def time_end_to_end(self) -> Seconds:
        """Predict what the loader gives: seconds ``end_to_end``."""
        start = Mark(self.settings.device)
        for batch in self._loader:
            self._test_step(batch)
        return dict(end_to_end=start.until(Mark(self.settings.device)))


def _random_batches(cfg: Config, settings: Settings) -> List[dict]:
    if not {'num_candidates', 'num_clips'} & set(cfg.model):
        raise ValueError(
            f'{cfg.filename} has no model.num_candidates, which says how many '
            f'random frames to make; measure it without --random-input')
    size = input_shape(cfg, settings.shape)
    batches = []
    for start in range(0, settings.num_videos, settings.batch_size):
        count = min(settings.batch_size, settings.num_videos - start)
        batches.append(random_batch(frames_of(cfg.model), count, size))
        for sample in batches[-1]['data_samples']:
            del sample.gt_label  # made up
    return batches


def memory_of(subject: Subject) -> Megabytes:
    """Peak memory of predicting one batch, in a process of its own.

    A process that holds several models cannot tell what each of them takes.

    Args:
        subject (Subject): It is built anew there.

    Returns:
        dict[str, float]: Megabytes; see :func:`process_memory.peak_memory`.
        Interpreter and libraries are in ``rss_before`` and ``rss_peak``,
        the batch and the weights, too.
    """
    settings = subject.settings._replace(
        num_videos=subject.settings.batch_size)
    return in_fresh_process(
        _memory_here, settings, subject.config, subject.checkpoint)


def _memory_here(settings: Settings, config: str,
                 checkpoint: Optional[str]) -> Megabytes:
    subject = Subject(settings, config, checkpoint)
    return peak_memory(subject.predict, settings.device)
