"""The frames of a video that a selection file names."""
from typing import Literal, Optional, Union

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ..cached_file import read_cached
from ..selection_file import SelectionFile, SelectionFileError, SelectionLine


@TRANSFORMS.register_module()
class SampleSelectedFrames(BaseTransform):
    """Take the frames that another model selected, in place of sampling.

    OCSampler Table 6: the frames selected for one classifier serve another.
    Stands where ``SampleFrames`` stands in any MMAction2 pipeline; the
    decoder is then asked for the selected frames alone. The file is written
    by ``tools/export_selection.py``.

    Lines of unit ``'patch'`` give the whole frames that the patches are in.
    Lines of unit ``'clip'`` give K clips of L frames, whatever ``as_clip``.

    Required Keys:

    - filename (or frame_dir)
    - total_frames
    - start_index

    Added Keys:

    - frame_inds (np.ndarray): Frame numbers in the file, int64 ``(N, )``.
    - num_clips, clip_len: 1 and N, or N and 1; see ``as_clip``.
    - frame_interval: 1.

    Args:
        selection_file (str): The file; see :class:`SelectionFile` for its
            form and for which line is a video's.
        num_selected (int | str, optional): Give every video this many
            frames (clips where the lines are of clips): of more, those with
            the highest scores, or evenly spread ones if the file has no
            scores; of fewer, some twice. ``'any'`` gives each video what
            its line has, for batches of one video where numbers differ.
            Defaults to None, what the lines have, equal numbers required.
        as_clip (bool): Call the frames one clip of N frames. Fits 3D
            recognizers (``FormatShape`` to NCTHW) and 2D ones (NCHW), whose
            RGB pipelines read neither number. False calls them N clips of
            one frame, as ``SampleFrames(clip_len=1)`` does. Defaults to
            True.
        num_path_parts (int, optional): Compare only this many last parts of
            the paths, where the folders above have other names than in the
            export. Defaults to None.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If an option or the file is malformed, videos have
            different numbers of selected frames and ``num_selected`` is
            None, or (in use) a video has no line or none of its length.
    """

    def __init__(self,
                 selection_file: str,
                 num_selected: Union[int, Literal['any'], None] = None,
                 as_clip: bool = True,
                 num_path_parts: Optional[int] = None) -> None:
        for name, value, others in (
                ('num_selected', num_selected, (None, 'any')),
                ('num_path_parts', num_path_parts, (None, ))):
            if value in others:
                continue
            if type(value) is not int:
                others = ' or '.join(map(repr, others[::-1]))
                raise ValueError(
                    f'{name} must be a number, {others}, but got {value!r}; '
                    f'a number has to be whole')
            if value < 1:
                raise ValueError(
                    f'{name} must be at least 1, but got {value}')
        self.selection_file = selection_file
        self.num_selected = num_selected
        self.as_clip = as_clip
        self.num_path_parts = num_path_parts
        # Read where the error is seen at once, and before workers start. A
        # process has one copy, which is no part of this object.
        file = read_cached(SelectionFile, selection_file)
        if num_selected is None:
            _refuse_different_numbers(file)

    def transform(self, results: dict) -> dict:
        """Add the frame numbers; see the class."""
        video = results.get('filename') or results['frame_dir']
        line = read_cached(SelectionFile, self.selection_file).find(
            video, self.num_path_parts)
        place = f'selection file {self.selection_file}, line {line.number}'
        if line.total_frames != results['total_frames']:
            raise SelectionFileError(
                f'{place}: {line.path} had {line.total_frames} frames when '
                f'its frames were selected, but video {video} has '
                f'{results["total_frames"]}; export again from the same '
                f'videos, opened by the same decoder')
        if not line.frame_inds.size:
            raise SelectionFileError(
                f'{place}: nothing was selected in {line.path}; remove the '
                f'video from the annotation file')
        inds = line.frame_inds
        if isinstance(self.num_selected, int):
            inds = inds[_choose(line, self.num_selected)]
        results['frame_inds'] = inds.flatten() + results['start_index']
        results['frame_interval'] = 1
        shape = inds.shape if line.unit == 'clip' else (
            (1, len(inds)) if self.as_clip else (len(inds), 1))
        results['num_clips'], results['clip_len'] = shape
        return results

    def __repr__(self) -> str:
        return (f'{type(self).__name__}('
                f'selection_file={self.selection_file!r}, '
                f'num_selected={self.num_selected!r}, '
                f'as_clip={self.as_clip}, '
                f'num_path_parts={self.num_path_parts})')


def _choose(line: SelectionLine, num_selected: int) -> np.ndarray:
    """Ascending positions in a line's K, ``(num_selected, )``."""
    num_given = len(line.frame_inds)
    if line.scores is not None and num_selected < num_given:
        best = np.argsort(-line.scores, kind='stable')[:num_selected]
        return np.sort(best)
    places = (np.arange(num_selected) + 0.5) / num_selected
    return (places * num_given).astype(np.int64)


def _refuse_different_numbers(file: SelectionFile) -> None:
    first = file.lines[0]
    for line in file.lines:
        if line.frame_inds.shape != first.frame_inds.shape:
            raise SelectionFileError(
                f'selection file {file.path}, line {line.number}: '
                f'{_number(line)} selected, but {_number(first)} in line '
                f'{first.number}; set num_selected of SampleSelectedFrames '
                f"to one number for all, or to 'any' with batch_size=1")


def _number(line: SelectionLine) -> str:
    shape = ' x '.join(str(size) for size in line.frame_inds.shape)
    return f'{shape} frame(s)'
