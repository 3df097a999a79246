"""Online recognition of a camera, a network stream or a file."""
import argparse
import json
import os
import sys
import time
from contextlib import ExitStack
from itertools import chain, count
from pathlib import Path
from typing import Callable, Iterator, List, Optional

import numpy as np
import torch
from mmaction.datasets.transforms import SampleFrames

from mmaction_sampler.datasets.transforms.sparse_decode import (
    PyAVSparseDecode)
from mmaction_sampler.datasets.video import VideoError
from mmaction_sampler.datasets.video.live import LiveFrame, iter_live
from mmaction_sampler.visualization import StreamMovie
from .inferencer import SamplerInferencer
from .online import OnlineRecognizer, OnlineStep, online_recognizer
from .prediction_record import gflops, top_classes
from .progress import say


def infer_stream(inferencer: SamplerInferencer,
                 args: argparse.Namespace) -> int:
    """Predict after every frame or clip, until the source ends.

    Args:
        inferencer (SamplerInferencer): With an online recognizer.
        args (argparse.Namespace): From :func:`parse_infer_args`.

    Returns:
        int: Exit status: 1 without any prediction, 2 if the recognizer
        cannot predict online.
    """
    try:
        recognizer = online_recognizer(inferencer.model)
    except ValueError as error:
        say(f'infer: {error}')
        return 2
    num_predictions = 0
    try:
        with ExitStack() as files:
            write = _outputs(args, files)
            for record, frame in iter_predictions(
                    inferencer, recognizer, args.stream, args.stream_fps,
                    args.forget_after, args.top_k):
                write(record, frame)
                num_predictions += 1
                if num_predictions == args.max_predictions:
                    break
    except KeyboardInterrupt:
        pass  # the usual end of a camera
    except BrokenPipeError:
        # Who reads the lines has had enough. Python would complain at its
        # end, when it empties standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except VideoError as error:
        say(f'infer: {error}')
    except ValueError as error:
        say(f'infer: {error}')
        return 2
    say(f'{num_predictions} predictions' + (
        '' if num_predictions else '; the first one needs '
        f'{recognizer.num_frames} frame(s)'))
    return 0 if num_predictions else 1


def iter_predictions(inferencer: SamplerInferencer,
                     recognizer: OnlineRecognizer,
                     source: str,
                     frames_per_second: Optional[float] = None,
                     forget_after: Optional[int] = None,
                     top_k: int = 5) -> Iterator[tuple]:
    """Predictions of a stream, one after every frame or clip.

    Args:
        inferencer (SamplerInferencer): Whose pipeline and model.
        recognizer (OnlineRecognizer): Of that model.
        source (str): See :func:`iter_live`.
        frames_per_second (float, optional): See :func:`iter_live`.
        forget_after (int, optional): Begin anew after this many predictions.
            Defaults to None, when the recognizer has to.
        top_k (int): Classes that are named. Defaults to 5.

    Yields:
        tuple[dict, LiveFrame]: ``frame`` and ``time`` (seconds) of the last
        frame taken in, ``step`` since the beginning or the last new one,
        ``top``, ``gflops`` and ``seconds`` of this step, and ``box``, of
        ``input_size``, where a patch was looked at; and that frame.

    Raises:
        VideoError: If the source cannot be read.
        ValueError: If frames do not fit the recognizer.
    """
    transforms = _after_decoding(inferencer.pipeline)
    interval = _frame_interval(inferencer.pipeline)
    limit = min(forget_after or np.inf, recognizer.horizon or np.inf)
    taken: List[LiveFrame] = []
    step = 0
    try:
        for i, frame in enumerate(iter_live(source, frames_per_second)):
            if i % interval:
                continue
            taken.append(frame)
            if len(taken) < recognizer.num_frames:
                continue
            if step >= limit:
                recognizer.reset()
                step = 0
            began = time.perf_counter()
            clip, taken = taken, []
            inputs = _inputs(inferencer, transforms, clip)
            decided = recognizer.step(inputs)
            step += 1
            seconds = time.perf_counter() - began
            yield _record(inferencer, decided, frame, step, top_k, seconds,
                          inputs.shape[-2:]), frame
    finally:  # the source has ended, or broke off
        if taken:
            say(f'the last {len(taken)} frame(s) of {source} have no '
                f'prediction, a clip needs {recognizer.num_frames}')


def _record(inferencer: SamplerInferencer, decided: OnlineStep,
            frame: LiveFrame, step: int, top_k: int, seconds: float,
            size: torch.Size) -> dict:
    """What one step found, in types that JSON knows."""
    record = dict(
        frame=frame.number,
        time=round(frame.seconds, 4),
        step=step,
        top=top_classes(decided.scores.cpu(), inferencer.class_names, top_k),
        gflops=gflops(decided.cost),
        seconds=round(seconds, 4))
    if decided.box is not None:
        record.update(box=[round(v, 1) for v in decided.box.tolist()],
                      input_size=list(size))
    return record


def _inputs(inferencer: SamplerInferencer, transforms: List[Callable],
            frames: List[LiveFrame]) -> torch.Tensor:
    """Frames as the recognizer takes them, one candidate of one video."""
    shape = frames[0].image.shape[:2]
    results = dict(
        imgs=[frame.image for frame in frames],
        frame_inds=np.array([frame.number for frame in frames]),
        num_clips=1, clip_len=len(frames), frame_interval=1,
        original_shape=shape, img_shape=shape, modality='RGB',
        start_index=0, total_frames=len(frames))
    for transform in transforms:
        results = transform(results)
    data = dict(inputs=[results['inputs']],
                data_samples=[results['data_samples']])
    preprocessor = inferencer.model.data_preprocessor
    return preprocessor(preprocessor.cast_data(data), False)['inputs']


def _after_decoding(transforms: List[Callable]) -> List[Callable]:
    """What a pipeline does to decoded frames."""
    places = [i for i, transform in enumerate(transforms)
              if isinstance(transform, PyAVSparseDecode)]
    if not places:
        raise ValueError('the test pipeline decodes no frames; --stream '
                         'needs one with a decoder, such as DecordDecode')
    return transforms[places[0] + 1:]


def _frame_interval(transforms: List[Callable]) -> int:
    """Frames from one of a clip's frames to the next."""
    return next((transform.frame_interval for transform in transforms
                 if isinstance(transform, SampleFrames)), 1)


def _outputs(args: argparse.Namespace, files: ExitStack) -> Callable:
    """Where predictions go: standard output, a file, and a film.

    What an earlier run wrote stays: lines are appended, and films numbered.
    """
    out = args.out and Path(args.out)
    file = movie = None

    def write(record: dict, frame: LiveFrame) -> None:
        nonlocal file, movie
        line = json.dumps(record)
        print(line, flush=True, file=sys.stdout)
        if not out:
            return
        if file is None:  # not before the source has given anything
            out.mkdir(parents=True, exist_ok=True)
            file = files.enter_context(
                (out / 'stream.jsonl').open('a', encoding='utf-8'))
        file.write(line + '\n')
        file.flush()
        if args.movies and movie is None:
            movie = files.enter_context(StreamMovie(str(_free_name(out))))
        if movie is not None:
            movie.add(frame.image, record)

    return write


def _free_name(folder: Path) -> Path:
    """``stream.mp4``, or the first ``stream_N.mp4`` that is not there."""
    names = chain(['stream.mp4'], (f'stream_{i}.mp4' for i in count(2)))
    return next(folder / n for n in names if not (folder / n).exists())
