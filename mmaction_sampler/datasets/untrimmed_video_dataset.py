"""Videos named in an annotation file, some of which may be broken."""
import warnings
from pathlib import Path
from typing import Callable, List, Optional, Set, Tuple, Union

import torch
from mmaction.datasets import VideoDataset
from mmaction.registry import DATASETS
from mmaction.structures import ActionDataSample

from .quarantine import read_quarantine
from .video_line import split_line
from .video_loader import LOAD_TIMEOUT, BrokenVideoError, VideoLoader

BrokenVideos = List[Tuple[str, str]]


@DATASETS.register_module()
class UntrimmedVideoDataset(VideoDataset):
    """MMAction2's ``VideoDataset`` with checked annotations, that survives
    broken videos.

    Lines of the annotation file: a video's path, in which there may be
    blanks, then its label, or with ``multi_class`` one or more labels. A
    video that cannot be opened or
    decoded is replaced in training by the next readable one, and given as a
    placeholder without frames in testing, which the recognizers leave out of
    the results. Its name and the reason travel in the sample's meta
    information ``broken_videos`` to ``BrokenVideoHook``.

    Args:
        ann_file (str): Annotation file.
        pipeline (list): Transforms.
        num_classes (int): Number of classes; labels are checked against it.
        data_prefix (dict): ``dict(video=folder)`` before every path.
            Defaults to ``dict(video='')``.
        multi_class (bool): Several labels for a video. Defaults to False.
        test_mode (bool): Testing instead of training. Defaults to False.
        delimiter (str): Between path and labels. Defaults to a blank.
        max_replacements (int): Broken videos in a row before training stops,
            at least 1. Defaults to 20.
        load_timeout (float, optional): Seconds of wall-clock time after
            which loading a video is stopped and the video is broken, even
            if a decoder hangs or crashes; loading then runs in a process of
            its own, one a worker. None loads in the worker itself, which
            saves about a millisecond a video and has no such protection.
            Defaults to 120.
        quarantine (str, optional): List of broken videos that an earlier
            run wrote (``quarantine.jsonl`` of ``BrokenVideoHook``); they
            are broken here without being tried. There is a warning if it
            names none of these videos. Defaults to None.
        indices (int | list[int], optional): Use a part. Defaults to None.

    Raises:
        FileNotFoundError: If the annotation file or the list is missing.
        ValueError: If it is empty, or a line has no or a wrong label, or
            ``max_replacements`` is below 1.
    """

    def __init__(self,
                 ann_file: str,
                 pipeline: List[Union[dict, Callable]],
                 num_classes: int,
                 data_prefix: dict = dict(video=''),
                 multi_class: bool = False,
                 test_mode: bool = False,
                 delimiter: str = ' ',
                 max_replacements: int = 20,
                 load_timeout: Optional[float] = LOAD_TIMEOUT,
                 quarantine: Optional[str] = None,
                 indices: Optional[Union[int, List[int]]] = None) -> None:
        if max_replacements < 1:
            raise ValueError(
                f'max_replacements of the dataset must be at least 1, but is '
                f'{max_replacements}; at 1, training stops at the first '
                f'broken video')
        self.max_replacements = max_replacements
        self._quarantine = quarantine
        self._given_up = {} if quarantine is None else read_quarantine(
            quarantine)
        super().__init__(
            ann_file,
            pipeline,
            data_prefix=data_prefix,
            multi_class=multi_class,
            num_classes=num_classes,
            test_mode=test_mode,
            delimiter=delimiter,
            indices=indices)
        self._loader = VideoLoader(
            self.pipeline.transforms, load_timeout, self._given_up)

    def load_data_list(self) -> List[dict]:
        """Check the annotation file line by line, and load it.

        Returns:
            list[dict]: ``filename`` and ``label`` of every video.
        """
        path = Path(self.ann_file)
        if not path.is_file():
            raise FileNotFoundError(
                f'annotation file {path} does not exist; set ann_file of the '
                f'dataset to a list of "video label" lines')
        try:
            # Not splitlines(): names may hold other separators of lines.
            lines = path.read_text(encoding='utf-8-sig').split('\n')
        except UnicodeDecodeError as error:
            raise ValueError(
                f'annotation file {path} is no text in UTF-8 ({error}); it '
                f'needs lines "video label"') from error
        entries = [(i, line.strip()) for i, line in enumerate(lines, 1)
                   if line.strip()]
        if not entries:
            raise ValueError(
                f'annotation file {path} names no video; it needs lines '
                f'"video label"')
        videos = [self._parse(path, i, line) for i, line in entries]
        self._warn_of_other_names({video['filename'] for video in videos})
        return videos

    def _warn_of_other_names(self, names: Set[str]) -> None:
        """Say so if the list of broken videos is of no video here."""
        if self._given_up and names.isdisjoint(self._given_up):
            warnings.warn(
                f'quarantine {self._quarantine} names no video of '
                f'{self.ann_file}, so that none is left out: it has '
                f'{next(iter(self._given_up))}, but the dataset '
                f'{min(names)}; give the data_prefix that the list was '
                f'written with, or leave quarantine out')

    def _parse(self, path: Path, number: int, line: str) -> dict:
        """One line of the annotation file."""
        place = f'annotation file {path}, line {number}'
        try:
            filename, labels = split_line(line, self.delimiter)
        except ValueError as error:
            raise ValueError(f'{place}: {error}') from error
        if len(labels) > 1 and not self.multi_class:
            raise ValueError(
                f'{place}: needs "video label", but the line is {line!r}; '
                f'set multi_class=True for videos of several labels')
        for value in labels:
            if not 0 <= value < self.num_classes:
                raise ValueError(
                    f'{place}: label {value} is outside '
                    f'[0, num_classes={self.num_classes})')
        label = list(labels) if self.multi_class else labels[0]
        prefix = self.data_prefix['video']
        return dict(filename=str(Path(prefix or '', filename)), label=label)

    def prepare_data(self, idx: int) -> dict:
        """Load one video.

        Raises:
            BrokenVideoError: If it cannot be opened or decoded.
        """
        return self._loader(self.get_data_info(idx))

    def __getitem__(self, idx: int) -> dict:
        """A video, its replacement (training) or a placeholder (testing).

        Raises:
            RuntimeError: If ``max_replacements`` videos in a row, or all
                that there are, are broken.
        """
        broken: BrokenVideos = []
        for attempt in range(min(self.max_replacements, len(self))):
            index = (idx + attempt) % len(self)
            try:
                packed = self.prepare_data(index)
            except BrokenVideoError as error:
                info = self.get_data_info(index)
                broken.append((info['filename'], str(error)))
                if self.test_mode:
                    return _placeholder(info, broken)
                continue
            if broken:
                packed['data_samples'].set_metainfo(
                    dict(broken_videos=broken))
            return packed
        raise RuntimeError(
            f'{len(broken)} videos in a row could not be decoded, the last '
            f'is {broken[-1][0]} ({broken[-1][1]}); check data_prefix of the '
            f'dataset')


def _placeholder(info: dict, broken: BrokenVideos) -> dict:
    """A packed sample without frames, which no recognizer predicts."""
    sample = ActionDataSample().set_gt_label(info['label'])
    sample.set_metainfo(
        dict(unreadable=True, filename=info['filename'],
             broken_videos=broken))
    return dict(inputs=torch.empty(0), data_samples=sample)
