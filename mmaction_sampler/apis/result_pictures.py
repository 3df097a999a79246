"""Pictures of recognised videos."""
from pathlib import Path, PurePath
from typing import Optional, Sequence, Tuple, Union

import cv2
import numpy as np
from mmaction.structures import ActionDataSample
from torch import Tensor

from mmaction_sampler.datasets.video import frame_seconds
from mmaction_sampler.structures import ClipStream
from mmaction_sampler.visualization import (CandidatePictures, VideoFacts,
                                            candidate_pictures, middle_frames,
                                            picture_name, video_sheet,
                                            write_movie)


def result_facts(
    sample: ActionDataSample, path: str,
    class_names: Optional[Sequence[str]]
) -> VideoFacts:
    """What a sheet says of a video.

    Args:
        sample (ActionDataSample): A predicted one, of a video file.
        path (str): The file.
        class_names (Sequence[str], optional): Names of the classes.
    """
    times = frame_seconds(path)[middle_frames(sample)]
    return VideoFacts.of_sample(
        sample, PurePath(path).name, times, class_names)


def result_sheet(sample: ActionDataSample,
                 inputs: Union[Tensor, ClipStream], path: str,
                 class_names: Optional[Sequence[str]]) -> np.ndarray:
    """The sheet of a recognised video, RGB uint8 ``(H, W, 3)``.

    Args:
        sample (ActionDataSample): A predicted one.
        inputs (Tensor | ClipStream): What the recognizer was given.
        path (str): The video file.
        class_names (Sequence[str], optional): Names of the classes.
    """
    return video_sheet(candidate_pictures(inputs, sample.selection),
                       result_facts(sample, path, class_names))


def write_pictures(sample: ActionDataSample,
                   inputs: Union[Tensor, ClipStream], path: str,
                   class_names: Optional[Sequence[str]],
                   sheet_dir: str, movie_dir: str) -> Tuple[str, str]:
    """Write the sheet of a video, and the film of its candidates.

    Args:
        sample (ActionDataSample): A predicted one.
        inputs (Tensor | ClipStream): What the recognizer was given.
        path (str): The video file.
        class_names (Sequence[str], optional): Names of the classes.
        sheet_dir (str): Folder for the PNG file; empty for none.
        movie_dir (str): Folder for the mp4 file; empty for none.

    Returns:
        tuple[str, str]: Both files, empty where there is none.

    Raises:
        OSError: If a file cannot be written.
        ValueError: If a picture cannot be made.
    """
    pictures: CandidatePictures = candidate_pictures(inputs, sample.selection)
    facts = result_facts(sample, path, class_names)
    sheet = movie = ''
    if sheet_dir:
        sheet = _place(sheet_dir, path, '.png')
        # OpenCV itself crashes on paths that are not UTF-8.
        done, png = cv2.imencode(
            '.png', video_sheet(pictures, facts)[..., ::-1])
        if not done:
            raise ValueError(f'the sheet of {path} cannot be drawn')
        Path(sheet).write_bytes(png)
    if movie_dir:
        movie = _place(movie_dir, path, '.mp4')
        write_movie(movie, pictures, facts)
    return sheet, movie


def _place(folder: str, path: str, suffix: str) -> str:
    Path(folder).mkdir(parents=True, exist_ok=True)
    return str(Path(folder, picture_name(path) + suffix))
