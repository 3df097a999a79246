"""Recognition of one's own videos, in the style of MMEngine's inferencers."""
import copy
import json
import time
from itertools import islice
from pathlib import Path
from typing import (Any, Callable, Dict, Iterable, Iterator, List, Optional,
                    Sequence, Union)

import numpy as np
import torch
from mmaction.registry import INFERENCERS
from mmaction.structures import ActionDataSample
from mmengine.config import Config, ConfigDict
from mmengine.infer.infer import BaseInferencer
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from .class_names import (names_in_checkpoint, read_class_names,
                          refuse_other_classes)
from .config_edits import read_config, sync_num_candidates
from .config_text import config_inside
from .load_recognizer import fill_weights
from .prediction_record import input_size, prediction_record, print_record
from .result_pictures import result_sheet, write_pictures
from .video_listing import VideoList, as_paths
from .video_loading import (LoadedVideo, is_machine_fault, iter_loaded,
                            sentence)
from .video_pipeline import video_pipeline
from .video_result import VideoResult, time_spent


@INFERENCERS.register_module()
class SamplerInferencer(BaseInferencer):
    """Recognise videos, and tell what was selected at what cost.

    Works with every recognizer of this package. A broken video gives an
    entry that says so, and the others are recognised all the same.

    Args:
        model (str | Config): Config, or its path; None takes the one inside
            the checkpoint, if it is data alone: it is not run.
        weights (str): Path or address of the checkpoint.
        device (str, optional): Defaults to None, the best there is.
        label_file (str, optional): Label map, see
            :func:`read_class_names`. Defaults to None, the names in the
            checkpoint, if any.
        cfg_options (dict, optional): Settings that override the config, by
            dotted keys. Defaults to None.

    Raises:
        FileNotFoundError: If config, checkpoint or label map is missing.
        ValueError: If they do not fit each other.
    """

    visualize_kwargs = {'return_vis', 'sheet_dir', 'movie_dir'}
    postprocess_kwargs = {'top_k', 'print_result', 'pred_out_file'}

    def __init__(self,
                 model: Union[str, Config, None] = None,
                 weights: Optional[str] = None,
                 device: Optional[str] = None,
                 label_file: Optional[str] = None,
                 cfg_options: Optional[dict] = None) -> None:
        if weights is None:
            raise ValueError('weights are missing; give the path of the '
                             'checkpoint that the config was trained to')
        if isinstance(model, str):
            model = read_config(model, cfg_options)
        else:
            if model is None:
                model = config_inside(weights)
            model = copy.deepcopy(
                model if isinstance(model, Config) else Config(model))
            model.merge_from_dict(cfg_options or {})
            sync_num_candidates(model)
        init_default_scope('mmaction')
        self._checkpoint = weights
        self.class_names: Optional[Sequence[str]] = None
        super().__init__(model, weights, device, 'mmaction', False)
        if label_file is not None:
            self.class_names = read_class_names(label_file)
            refuse_other_classes(self.class_names, label_file, self.model)

    def __call__(self,
                 inputs: Union[str, Sequence[str]],
                 return_datasamples: bool = False,
                 batch_size: int = 1,
                 num_workers: int = 0,
                 return_vis: bool = False,
                 sheet_dir: str = '',
                 movie_dir: str = '',
                 top_k: int = 5,
                 print_result: bool = False,
                 pred_out_file: str = '') -> dict:
        """Recognise videos.

        Args:
            inputs (str | Sequence[str]): Files, folders and patterns, also
                as ``pathlib.Path``; see :class:`VideoList`.
            return_datasamples (bool): Give samples instead of dicts.
            batch_size (int): Videos recognised together; those of other
                sizes take a pass of their own. Defaults to 1.
            num_workers (int): Processes that decode. Defaults to 0, none.
            return_vis (bool): Give contact sheets, too.
            sheet_dir (str): Folder for contact sheets. Defaults to ``''``,
                none are written.
            movie_dir (str): Folder for annotated mp4 files. Defaults to
                ``''``, none are written.
            top_k (int): Classes that are named. Defaults to 5.
            print_result (bool): Print the predictions.
            pred_out_file (str): JSON file for the predictions. Defaults to
                ``''``, none. Its folder is made.

        Returns:
            dict: ``predictions``, one dict a video (see
            :func:`prediction_record`, with ``seconds``; of a broken video
            ``path`` and ``error``), or with ``return_datasamples`` one
            sample (None) a video; and ``visualization``, contact sheets RGB
            uint8 ``(H, W, 3)`` (None) or None.

        Raises:
            ValueError: If an input is no path, or ``batch_size`` below 1.
        """
        if batch_size < 1:
            raise ValueError(
                f'batch_size must be at least 1, but is {batch_size}')
        if pred_out_file:  # or it would fail when all work is done
            Path(pred_out_file).parent.mkdir(parents=True, exist_ok=True)
        results, sheets = [], []
        for result in self.iter_results(
                VideoList(self._inputs_to_list(inputs)), batch_size,
                num_workers):
            sheets += self.visualize(
                [result.path], [result], return_vis, sheet_dir, movie_dir)
            # What pictures are made of is large.
            results.append(result._replace(inputs=None))
        return self.postprocess(
            results, sheets if return_vis else None, return_datasamples,
            top_k, print_result, pred_out_file)

    def iter_results(self,
                     paths: Iterable[str],
                     batch_size: int = 1,
                     num_workers: int = 0) -> Iterator[VideoResult]:
        """Recognise videos one after the other.

        Nothing is kept of a video that was given. What lists the paths may
        keep them, as :func:`iter_videos` does.

        Args:
            paths (Iterable[str]): Files; iterated once, in this process.
            batch_size (int): See :meth:`__call__`.
            num_workers (int): See :meth:`__call__`.

        Yields:
            VideoResult: Of each video, in the order given.
        """
        loaded = iter_loaded(paths, self.pipeline, num_workers)
        while batch := list(islice(loaded, batch_size)):
            yield from self.forward(batch)

    @torch.no_grad()
    def forward(self, inputs: List[LoadedVideo]) -> List[VideoResult]:
        """Recognise some videos, those of one size together.

        Args:
            inputs (list[LoadedVideo]): Read ones.

        Returns:
            list[VideoResult]: In the same order.
        """
        groups: Dict[Any, List[LoadedVideo]] = {}
        for video in inputs:
            # Streams and broken videos stand by themselves.
            size = (tuple(video.packed['inputs'].shape) if video.packed
                    and isinstance(video.packed['inputs'], Tensor)
                    else video.path)
            groups.setdefault(size, []).append(video)
        found = {result.path: result for group in groups.values()
                 for result in self._recognize(group)}
        return [found[video.path] for video in inputs]

    def _recognize(self, videos: List[LoadedVideo]) -> List[VideoResult]:
        """Recognise videos of one size."""
        if videos[0].packed is None:
            return [VideoResult(v.path, None, None, v.error,
                                time_spent(v, 0., 1)) for v in videos]
        data = {key: [v.packed[key] for v in videos]
                for key in ('inputs', 'data_samples')}
        began, error = time.perf_counter(), ''
        samples: Sequence = [None] * len(videos)
        size = input_size(videos[0].packed['inputs'])
        try:
            if size:
                # Traced once a size, no part of a pass.
                self.model.component_costs(*size)
                began = time.perf_counter()
            samples = self.model.test_step(data)
        except (ValueError, RuntimeError) as problem:
            if len(videos) == 1 and is_machine_fault(problem):
                raise
            error = sentence(problem)  # such as a frame below a patch's size
        if error and len(videos) > 1:
            # One alone may be to blame. What the pass held is freed by now.
            return [r for v in videos for r in self._recognize([v])]
        spent = time.perf_counter() - began
        return [self._result(v, s, error, time_spent(v, spent, len(videos)))
                for v, s in zip(videos, samples)]

    def _result(self, video: LoadedVideo, sample: Optional[ActionDataSample],
                error: str, seconds: Dict[str, float]) -> VideoResult:
        """What the recognizer says of a video."""
        inputs = video.packed['inputs']
        # A stream may turn out to be broken while it is recognised.
        error = error or getattr(inputs, 'error', '')
        if error:
            return VideoResult(video.path, None, None, error, seconds)
        size = input_size(inputs)
        if size:
            sample.set_metainfo(dict(input_shape=size))
        return VideoResult(video.path, sample.cpu(), inputs, '', seconds)

    def visualize(self,
                  inputs: List[str],
                  preds: List[VideoResult],
                  return_vis: bool = False,
                  sheet_dir: str = '',
                  movie_dir: str = ''
                  ) -> List[Optional[np.ndarray]]:
        """Draw results; see :meth:`__call__`.

        Args:
            inputs (list[str]): The files.
            preds (list[VideoResult]): Of these.
            return_vis (bool): Give contact sheets.
            sheet_dir (str): Folder for these.
            movie_dir (str): Folder for annotated mp4 files.

        Returns:
            list[np.ndarray | None]: Contact sheets, empty unless asked for.
        """
        sheets = []
        for result in preds:
            if result.sample is None:
                sheets.append(None)
                continue
            if sheet_dir or movie_dir:
                write_pictures(result.sample, result.inputs, result.path,
                               self.class_names, sheet_dir, movie_dir)
            if return_vis:
                sheets.append(result_sheet(result.sample, result.inputs,
                                           result.path, self.class_names))
        return sheets if return_vis else []

    def postprocess(self,
                    preds: List[VideoResult],
                    visualization: Optional[List[np.ndarray]] = None,
                    return_datasample: bool = False,
                    top_k: int = 5,
                    print_result: bool = False,
                    pred_out_file: str = '') -> dict:
        """Put results into a dict; see :meth:`__call__`."""
        records = [self.record(result, top_k) for result in preds]
        if print_result:
            for record in records:
                print_record(record)
        if pred_out_file:
            Path(pred_out_file).write_text(
                json.dumps(records, indent=2) + '\n')
        predictions = ([result.sample for result in preds]
                       if return_datasample else records)
        return dict(predictions=predictions, visualization=visualization)

    def record(self, result: VideoResult, top_k: int = 5) -> dict:
        """A result in types that JSON knows; see :meth:`__call__`."""
        if result.sample is None:
            return dict(path=result.path, error=result.error)
        record = prediction_record(
            result.sample, result.path, self.class_names, top_k)
        return dict(record, seconds={
            part: round(spent, 4) for part, spent in result.seconds.items()})

    def _load_weights_to_model(self, model: nn.Module,
                               checkpoint: Optional[dict],
                               cfg: Optional[ConfigDict]) -> None:
        fill_weights(model, checkpoint, self._checkpoint)
        self.class_names = names_in_checkpoint(checkpoint)

    def _init_pipeline(self, cfg: ConfigDict) -> List[Callable]:
        return video_pipeline(cfg)

    def _init_visualizer(self, cfg: ConfigDict) -> None:
        return None

    def _inputs_to_list(self, inputs: Union[str, Sequence[str]]) -> list:
        return as_paths(inputs)
