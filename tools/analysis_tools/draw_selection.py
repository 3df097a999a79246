"""Draw which frames of a video a trained recognizer selects.

Writes one contact sheet a video and prints one line a video: predicted
class, its score, numbers of the selected frames in the file, GFLOPs.
"""
import argparse
import sys
from pathlib import Path
from typing import Callable, List, Optional

import mmaction_sampler  # noqa: F401  first: it mends what is imported next
import cv2
from mmaction.structures import ActionDataSample
from mmengine.config import DictAction

from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.inference import (load_recognizer, predict_video,
                                             video_pipeline)
from mmaction_sampler.datasets.video_loader import BrokenVideoError
from mmaction_sampler.models.recognizers import ComponentRecognizer
from mmaction_sampler.visualization import contact_sheet


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file of the recognizer')
    parser.add_argument('checkpoint', help='path or address of its weights')
    parser.add_argument('videos', nargs='+', help='video files')
    parser.add_argument(
        '--out', required=True, help='folder for the sheets, VIDEO.png each')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='override settings of the config, as key=value')
    args = parser.parse_args(argv)
    stems = [Path(video).stem for video in args.videos]
    repeated = sorted({stem for stem in stems if stems.count(stem) > 1})
    if repeated:
        parser.error(f'several videos would be drawn as {repeated[0]}.png; '
                     f'draw them into different folders')
    return args


def describe(sample: ActionDataSample) -> str:
    """What was predicted, from which frames, at what cost; one line."""
    label = sample.pred_score.argmax().item()
    frames = sample.frame_inds[sample.selection.inds.numpy()]
    return (f'class {label}, score {sample.pred_score[label].item():.3f}, '
            f'frames {" ".join(str(i) for i in frames)}, '
            f'{sum(sample.cost.values()) / 1e9:.4f} GFLOPs')


def draw(model: ComponentRecognizer, pipeline: List[Callable], video: str,
         out: Path) -> str:
    """Predict one video, write its sheet and describe it.

    Raises:
        BrokenVideoError: If the video cannot be opened or decoded.
        OSError: If the sheet cannot be written.
    """
    frames, sample = predict_video(model, pipeline, video)
    fps = sample.get('avg_fps')
    line = f'{Path(video).name}: {describe(sample)}'
    sheet = contact_sheet(
        frames, sample.selection,
        times=sample.frame_inds / fps if fps else None, title=line)
    path = out / f'{Path(video).stem}.png'
    if not cv2.imwrite(str(path), sheet[..., ::-1]):
        raise OSError(f'{path} cannot be written; check --out')
    return line


def main(argv: Optional[List[str]] = None) -> int:
    """Draw every video; the exit status is 1 if any was broken."""
    args = parse_args(argv)
    cfg = read_config(args.config, args.cfg_options)
    pipeline = video_pipeline(cfg)
    model = load_recognizer(cfg, args.checkpoint)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    status = 0
    for video in args.videos:
        try:
            print(draw(model, pipeline, video, out), flush=True)
        except BrokenVideoError as error:
            print(f'{video} cannot be read: {error}', file=sys.stderr)
            status = 1
    return status


if __name__ == '__main__':
    sys.exit(main())
