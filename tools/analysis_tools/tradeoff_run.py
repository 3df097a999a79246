"""Testing one point of a trade-off: accuracy, cost and time."""
import copy
import hashlib
import json
import time
from pathlib import Path
from statistics import median
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmengine.runner.checkpoint import CheckpointLoader, load_state_dict
from network_clock import Mark
from torch import Tensor
from tradeoff_points import EXIT_FRAMES, EXIT_GFLOPS, Point

from mmaction_sampler.apis.config_edits import read_config, sync_num_candidates
from mmaction_sampler.apis.exit_thresholds import (StepRecord, record_steps,
                                                   solve_for_gflops)
from mmaction_sampler.apis.json_values import json_value
from mmaction_sampler.checkpoint_match import refuse_unmatched, unmatched_keys
from mmaction_sampler.models.recognizers import ComponentRecognizer

_SOLVED = (EXIT_GFLOPS, EXIT_FRAMES)


class Conditions(NamedTuple):
    """What all points of a run have in common.

    Attributes:
        device (str): Where the models compute.
        batch_size (int, optional): None for the configs' own.
        num_videos (int, optional): Videos, spread evenly over the test set;
            None for all.
        repeats (int): Timed passes over videos that are in memory.
        memory (float): Gigabytes of decoded videos to keep.
    """
    device: str
    batch_size: Optional[int]
    num_videos: Optional[int]
    repeats: int
    memory: float


def point_config(point: Point, cfg_options: dict) -> Config:
    """The config of a point, the candidates loaded as many as used."""
    cfg = read_config(point.config, cfg_options)
    if point.edit is not None:
        point.edit(cfg)
    cfg.merge_from_dict({
        key: value for key, value in point.settings.items()
        if key not in _SOLVED})
    sync_num_candidates(cfg)
    return cfg


def identity(point: Point, cfg: Config, conditions: Conditions) -> str:
    """Digest of all that decides a point's figures; see ``--out``."""
    loaders = {split: cfg[f'{split}_dataloader'].dataset
               for split in ('test', 'val', 'threshold')
               if cfg.get(f'{split}_dataloader')}
    lists = [_content(dataset.get('ann_file')) for dataset in
             loaders.values()]
    parts = dict(
        model=cfg.model, settings=point.settings, loaders=loaders,
        lists=lists, checkpoint=_content(point.checkpoint),
        evaluator=cfg.test_evaluator,
        conditions=conditions._replace(memory=0.),
        threads=torch.get_num_threads())
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(path: Optional[str]) -> str:
    """Digest of a file; of the name where there is no such file."""
    file = Path(path or '')
    content = file.read_bytes() if file.is_file() else str(path).encode()
    return hashlib.sha256(content).hexdigest()


def load_model(cfg: Config, checkpoint: str) -> ComponentRecognizer:
    """Build a recognizer; what else the checkpoint holds is left alone.

    A baseline lacks the networks that look and decide.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If the checkpoint lacks any parameter of the model.
    """
    model = MODELS.build(cfg.model)
    loaded = CheckpointLoader.load_checkpoint(checkpoint, map_location='cpu')
    refuse_unmatched(unmatched_keys(model, loaded, checkpoint), checkpoint)
    state = loaded.get('state_dict', loaded)
    state = {k.removeprefix('module.'): v for k, v in state.items()}
    load_state_dict(model, {k: state[k] for k in model.state_dict()
                            if k in state})
    return model


class Bench:
    """Tests points one after the other, sharing what is the same.

    Decoded videos stay in memory while the points read them alike, if they
    fit. What thresholds are solved on is computed once a model.

    Args:
        conditions (Conditions): What the points have in common.
    """

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self._videos: Tuple[str, List[dict]] = ('', [])
        self._solved_on: Tuple[str, Any] = ('', None)

    def measure(self, point: Point, cfg: Config) -> Dict[str, Any]:
        """Test a point.

        Args:
            point (Point): The point.
            cfg (Config): Its config.

        Returns:
            dict: ``metrics`` of the config's evaluators, as JSON holds
            them, see :func:`json_value`; ``num_videos``,
            ``ms_per_video`` (wall time of ``test_step``, from decoded frames
            to filled samples), ``processor_ms_per_video`` (of all threads)
            and ``includes_decoding``, True for models that read the video
            themselves.

        Raises:
            FileNotFoundError: If checkpoint or annotations are missing.
            ValueError: If the settings or the checkpoint do not fit, or no
                video can be read.
        """
        init_default_scope(cfg.get('default_scope', 'mmaction'))
        model = load_model(cfg, point.checkpoint)
        model = model.to(self.conditions.device).eval()
        self._solve(model, point, cfg)
        loader = self._build_loader(cfg)
        evaluator = Evaluator(cfg.test_evaluator)
        evaluator.dataset_meta = getattr(loader.dataset, 'metainfo', None)
        count, seconds, processor, decodes = 0, 0., 0., False
        for batch in self._batches(cfg, loader):
            decodes |= not all(
                isinstance(video, Tensor) for video in batch['inputs'])
            samples, wall, used = self._timed(model, batch)
            seconds, processor = seconds + wall, processor + used
            count += len(samples)
            if samples:
                evaluator.process(samples, batch)
        if not count:
            raise ValueError('no video of the test set can be read; check '
                             'data_prefix of the dataset')
        metrics = evaluator.evaluate(count)
        again = [self._pass(model)
                 for _ in range(self.conditions.repeats)
                 if self._videos[1]]
        walls, used = zip(*(again or [(seconds, processor)]))
        return dict(
            metrics=json_value(metrics),
            num_videos=count,
            ms_per_video=1000 * median(walls) / count,
            processor_ms_per_video=1000 * median(used) / count,
            includes_decoding=decodes)

    def _pass(self, model: ComponentRecognizer) -> Tuple[float, float]:
        """Seconds of one pass over the videos in memory."""
        times = [self._timed(model, batch)[1:] for batch in self._videos[1]]
        return sum(t[0] for t in times), sum(t[1] for t in times)

    @torch.no_grad()
    def _timed(self, model: ComponentRecognizer, batch: dict
               ) -> Tuple[List[ActionDataSample], float, float]:
        """Samples of a batch, seconds on the wall and of the processor."""
        # Predictions are filled in; the batch stays as it was.
        batch = dict(batch, data_samples=copy.deepcopy(batch['data_samples']))
        used, start = time.process_time(), Mark(self.conditions.device)
        samples = model.test_step(batch)
        seconds = start.until(Mark(self.conditions.device))
        used = time.process_time() - used
        # Of a batch without any readable video there is another element.
        return ([s for s in samples if isinstance(s, ActionDataSample)],
                seconds, used)

    def _build_loader(self, cfg: Config) -> torch.utils.data.DataLoader:
        options = cfg.test_dataloader.to_dict()
        conditions = self.conditions
        options.pop('batch_sampler', None)
        if conditions.batch_size is not None:
            options['batch_size'] = conditions.batch_size
        loader = Runner.build_dataloader(options)
        if conditions.num_videos is None:
            return loader
        total = len(loader.dataset)
        count = min(conditions.num_videos, total)
        options['dataset'] = loader.dataset
        options['sampler'] = [i * total // count for i in range(count)]
        return Runner.build_dataloader(options)

    def _batches(self, cfg: Config, loader: torch.utils.data.DataLoader
                 ) -> Iterator[dict]:
        """The test set's batches, from memory where they are there."""
        key = json.dumps(
            [cfg.test_dataloader.to_dict(), loader.batch_size], default=str)
        if self._videos[0] == key:
            yield from self._videos[1]
            return
        self._videos = ('', [])
        kept, size = [], 0
        for batch in loader:
            size += sum(video.nbytes if isinstance(video, Tensor) else
                        float('inf') for video in batch['inputs'])
            fits = size <= self.conditions.memory * 2**30
            kept = [*kept, batch] if fits else []
            yield batch
        if size <= self.conditions.memory * 2**30:
            self._videos = (key, kept)

    def _solve(self, model: ComponentRecognizer, point: Point,
               cfg: Config) -> None:
        """Set thresholds that the settings ask for."""
        settings = point.settings
        if EXIT_FRAMES in settings:
            frames = settings[EXIT_FRAMES]
            if not 1 <= frames <= model.num_candidates:
                raise ValueError(
                    f'{EXIT_FRAMES} must be between 1 and num_candidates '
                    f'({model.num_candidates}), but got {frames}')
            model.exit_thresholds.fill_(float('inf'))
            # Finite: without any such threshold there are no exits.
            least = torch.finfo(model.exit_thresholds.dtype).min
            model.exit_thresholds[frames - 1] = least
        if EXIT_GFLOPS in settings:
            record: StepRecord = self._once(
                point, cfg, lambda batches: record_steps(model, batches))
            model.exit_thresholds.copy_(
                solve_for_gflops(record, settings[EXIT_GFLOPS]))
        if 'model.keep_ratio' in settings:
            model.set_keep_threshold(self._once(
                point, cfg, lambda batches: torch.cat(
                    [model.keep_probs(batch).cpu() for batch in batches])))

    def _once(self, point: Point, cfg: Config, compute: Any) -> Any:
        """What a pass over the split to solve on gives, kept for one model.

        That is ``threshold_dataloader``, or else the validation set.
        """
        others = {key: value for key, value in point.settings.items()
                  if key not in (*_SOLVED, 'model.keep_ratio')}
        key = json.dumps([point.config, point.checkpoint, others],
                         default=str)
        if self._solved_on[0] != key:
            loader = Runner.build_dataloader(
                cfg.get('threshold_dataloader') or cfg.val_dataloader)
            self._solved_on = (key, compute(loader))
        return self._solved_on[1]
