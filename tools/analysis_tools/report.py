"""Make one HTML page of a test run, to be looked at anywhere.

Curves, the distribution of the cost, the easiest and the hardest videos with
their sheets, and a table of the classes. The page needs no other file and
fetches nothing.
"""
import argparse
import sys
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence

import cv2
import numpy as np
from report_data import Run, Video, read_labels, read_run
from report_page import report_page

from mmaction_sampler.apis.class_names import read_class_names
from mmaction_sampler.apis.inferencer import SamplerInferencer


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'results', nargs='+', help='results.jsonl of `python -m '
        'mmaction_sampler.infer`, or the pickle of `tools/test.py --dump`; '
        'with several, the first is shown in detail and the others beside it')
    parser.add_argument('--out', required=True, help='HTML file to write')
    parser.add_argument(
        '--ann-file', help='right classes, lines "path label ..."; not '
        'needed for a dump')
    parser.add_argument(
        '--delimiter', default=' ', help='between path and labels')
    parser.add_argument('--labels', help='label map, names of the classes')
    parser.add_argument('--title', help='of the page')
    parser.add_argument(
        '--num-shown', type=int, default=6,
        help='easiest, and hardest, videos that are shown')
    parser.add_argument(
        '--draw', nargs=2, metavar=('CONFIG', 'CHECKPOINT'),
        help='recognise the shown videos again to draw the sheets that the '
        'results lack')
    # Results may stand before and after the options.
    return parser.parse_intermixed_args(argv)


class SheetMaker:
    """Finds the sheet of a video, or draws it.

    Args:
        draw (Sequence[str], optional): Config and checkpoint to draw with.
        class_names (Sequence[str]): Names of the classes.
    """

    def __init__(self, draw: Optional[Sequence[str]],
                 class_names: Sequence[str]) -> None:
        self._inferencer = draw and SamplerInferencer(*draw)
        if self._inferencer and class_names:
            self._inferencer.class_names = class_names
        self._drawn: Dict[str, Optional[np.ndarray]] = {}

    def __call__(self, video: Video) -> Optional[np.ndarray]:
        """The sheet, RGB uint8 ``(H, W, 3)``, None if there is none."""
        if video.path not in self._drawn:
            self._drawn[video.path] = self._sheet(video)
        return self._drawn[video.path]

    def _sheet(self, video: Video) -> Optional[np.ndarray]:
        if video.sheet:
            image = cv2.imread(video.sheet)
            if image is not None:
                return np.ascontiguousarray(image[..., ::-1])
        if self._inferencer is None or not video.path:
            return None
        found = self._inferencer([video.path], return_vis=True)
        return found['visualization'][0]


def main(argv: Optional[List[str]] = None) -> int:
    """Write the page; status 2 says that something is missing."""
    args = parse_args(argv)
    try:
        names = read_class_names(args.labels) if args.labels else []
        labels = (read_labels(args.ann_file, args.delimiter)
                  if args.ann_file else {})
        runs: List[Run] = [read_run(r, labels, names) for r in args.results]
        for run in runs if labels else ():
            if not any(video.truth for video in run.videos):
                raise ValueError(
                    f'no video of {run.name} is in {args.ann_file}; its '
                    f'lines must be the paths of videos, such as '
                    f'{run.videos[0].path}, or ends of them')
        sheet: Callable = SheetMaker(args.draw, names)
    except (FileNotFoundError, ValueError) as error:
        print(f'report: {error}', file=sys.stderr)
        return 2
    title = args.title or f'Test run {runs[0].name}'
    page = report_page(title, runs, args.num_shown, sheet)
    out = Path(args.out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # Names of files are not always text.
        out.write_text(page, encoding='utf-8', errors='backslashreplace')
    except OSError as error:
        print(f'report: {out} cannot be written ({error.strerror})',
              file=sys.stderr)
        return 2
    print(f'{out} written: {len(runs[0].videos)} videos, '
          f'{len(page) / 1e6:.1f} MB')
    return 0


if __name__ == '__main__':
    sys.exit(main())
