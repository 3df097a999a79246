"""Clips of a video file, loaded when they are asked for."""
from typing import (Callable, Dict, Iterator, List, NamedTuple, Optional,
                    Sequence, Tuple)

import numpy as np
import torch
from torch import Tensor

from mmaction_sampler.ops import spread_pictures
from mmaction_sampler.structures import (ClipBatch, ClipFrames, ClipStream,
                                         ClipStreamError)
from .killable import ChildDied, KillableWorker
from .video import VideoError

#: Feature -> key of the frames that have it, bool ``(n, P)``; the others'
#: pictures are empty. Features that are not here have all of them.
MASKS = dict(motion_displacement='p_frame_mask', rgb_residual='p_frame_mask')
#: Keys that say of a video how it was read.
FACTS = ('motion_source', 'has_audio')


class FeatureLoader(NamedTuple):
    """Transforms that load some features.

    Attributes:
        names (tuple[str]): What they load.
        transforms (list[Callable]): Of ``frame_inds`` and ``num_clips``.
        at_once (bool): Load all clips of a video together: for small
            features of which a part costs as much as the whole, as of sound.
    """
    names: Tuple[str, ...]
    transforms: List[Callable]
    at_once: bool


def clip_frames_of(results: dict, name: str) -> ClipFrames:
    """A loaded feature as a flat list of pictures.

    Args:
        results (dict): With ``name``, ``(n, P, C, h, w)`` or one picture a
            clip, ``(n, C, h, w)``, and where there is one the mask.
        name (str): The feature.

    Returns:
        ClipFrames: ``(M, C, h, w)`` and their clips, from 0.

    Raises:
        ValueError: If the pipeline did not load it.
    """
    if name not in results:
        raise ValueError(
            f'the pipeline of video {results.get("filename")} loads no '
            f'{name!r}; add the transform that does, or leave the name out '
            f'of names')
    pictures = torch.from_numpy(np.ascontiguousarray(results[name]))
    if pictures.dim() == 4:
        pictures = pictures[:, None]
    mask = results.get(MASKS.get(name))
    mask = (torch.ones(pictures.shape[:2], dtype=torch.bool)
            if mask is None else torch.from_numpy(np.asarray(mask)))
    return ClipFrames(pictures[mask], mask.nonzero()[:, 0])


class VideoClipStream(ClipStream):
    """The sampled clips of one video file.

    Args:
        results (dict): With ``filename``, ``frame_inds``, ``num_clips``,
            ``clip_len`` and ``clip_inds``, and what the transforms need.
            Must be picklable.
        loaders (Sequence[FeatureLoader]): Of the cheap features.
        clip_transforms (Sequence[Callable]): Decode and format clips:
            ``imgs`` becomes ``(k, 3, F, H, W)`` (NCTHW) or ``(k * F, 3, H,
            W)`` (NCHW), grey levels.
        clips_per_part (int): Clips whose features are in memory at once.
        clips_per_pass (int): Decoded clips that are in memory at once.
        max_pictures (dict[str, int]): Feature -> pictures of a clip that are
            looked at, evenly spread; features that are not in it are looked
            at as a whole.
        load_timeout (float, optional): Seconds for each part and each pass,
            after which loading is stopped, even if a decoder hangs; loading
            then runs in a process of its own. None loads in this one.
            Defaults to None.
    """

    def __init__(self, results: dict, loaders: Sequence[FeatureLoader],
                 clip_transforms: Sequence[Callable], clips_per_part: int,
                 clips_per_pass: int, max_pictures: Dict[str, int],
                 load_timeout: Optional[float] = None) -> None:
        self._worker = None if load_timeout is None else KillableWorker(
            self._load, load_timeout)
        self._results = results
        self._loaders = loaders
        self._clip_transforms = clip_transforms
        self._clips_per_part = clips_per_part
        self._clips_per_pass = clips_per_pass
        self._max_pictures = max_pictures
        self._facts: Dict[str, object] = {}

    @property
    def num_clips(self) -> int:
        """See :class:`ClipStream`."""
        return int(self._results['num_clips'])

    @property
    def facts(self) -> Dict[str, object]:
        """See :class:`ClipStream`."""
        return dict(self._facts)

    def features(self, names: Sequence[str]) -> Iterator[ClipBatch]:
        """See :class:`ClipStream`."""
        loaders = [x for x in self._loaders if set(x.names) & set(names)]
        positions = np.arange(self.num_clips)
        whole: Dict[str, np.ndarray] = {}
        for loader in loaders:
            if loader.at_once:
                loaded = self._run(loader.transforms, positions)
                kept = {*loader.names, *MASKS.values()} & set(loaded)
                whole.update({name: loaded[name] for name in kept})
        for first in range(0, self.num_clips, self._clips_per_part):
            part = positions[first:first + self._clips_per_part]
            loaded = {n: values[part] for n, values in whole.items()}
            for loader in loaders:
                if not loader.at_once:
                    loaded.update(self._run(loader.transforms, part))
            yield ClipBatch(
                {name: self._pictures(loaded, name) for name in names},
                torch.zeros(len(part), dtype=torch.long))

    def _pictures(self, loaded: dict, name: str) -> ClipFrames:
        """What is looked at of one feature."""
        frames, clips = clip_frames_of(loaded, name)
        if name in self._max_pictures:
            kept = spread_pictures(clips, self._max_pictures[name])
            frames, clips = frames[kept], clips[kept]
        return ClipFrames(frames, clips)

    def load(self, inds: Sequence[int]) -> Iterator[Tensor]:
        """See :class:`ClipStream`."""
        inds = np.asarray(inds, np.int64)
        for first in range(0, len(inds), self._clips_per_pass):
            part = inds[first:first + self._clips_per_pass]
            imgs = torch.from_numpy(np.ascontiguousarray(
                self._run(self._clip_transforms, part)['imgs']))
            if imgs.dim() == 4:  # (k * F, 3, H, W)
                yield imgs.unflatten(0, (-1, self._results['clip_len']))
            else:
                yield imgs.transpose(1, 2)

    def _run(self, transforms: Sequence[Callable],
             positions: np.ndarray) -> dict:
        """Transform some of the clips, and keep what that tells."""
        loaded = self._try(transforms, positions)
        self._facts.update({k: loaded[k] for k in FACTS if k in loaded})
        return loaded

    def _try(self, transforms: Sequence[Callable],
             positions: np.ndarray) -> dict:
        """Transform; errors of the file are a broken stream."""
        frames = self._results['frame_inds'].reshape(self.num_clips, -1)
        results = dict(
            self._results,
            frame_inds=frames[positions].reshape(-1),
            clip_inds=self._results['clip_inds'][positions],
            num_clips=len(positions))
        try:
            if self._worker is None:
                return self._load((transforms, results))
            return self._worker((transforms, results), seed=0)
        except ChildDied as error:
            raise ClipStreamError(
                f'video {results["filename"]}: {error}; encode it again or '
                f'remove it') from error
        except (VideoError, OSError) as error:
            raise ClipStreamError(str(error)) from error

    def _load(self, work: Tuple[Sequence[Callable], dict]) -> dict:
        transforms, results = work
        # A recognizer in mixed precision asks for the clips; what they hold,
        # and what caches keep of it, must not depend on that.
        with torch.autocast('cpu', enabled=False):
            for transform in transforms:
                results = transform(results)
        return results
