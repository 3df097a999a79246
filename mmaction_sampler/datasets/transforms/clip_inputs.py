"""What SCSampler takes: features of clips, or a stream of them."""
from typing import Dict, List, Optional, Sequence

import torch
from mmaction.registry import TRANSFORMS
from mmaction.structures import ActionDataSample
from mmcv.transforms import BaseTransform

from mmaction_sampler.ops import random_pictures

from ..clip_stream import (FACTS, FeatureLoader, VideoClipStream,
                           clip_frames_of)

_META_KEYS = ('filename', 'total_frames', 'start_index', 'avg_fps',
              'frame_inds', 'clip_inds', 'clip_len', 'frame_interval',
              *FACTS)


def _sample(results: dict, meta_keys: Sequence[str]) -> ActionDataSample:
    """Label, oracle scores and meta information of a video."""
    sample = ActionDataSample()
    if 'label' in results:
        sample.set_gt_label(results['label'])
    for name in ('clip_confidence', 'clip_top_share'):
        if name in results:
            sample.set_field(torch.from_numpy(results[name]), name)
    sample.set_metainfo({k: results[k] for k in meta_keys if k in results})
    return sample


@TRANSFORMS.register_module()
class PackClipFeatures(BaseTransform):
    """Pack the cheap features of some clips of a video, for training.

    Required Keys:

    - num_clips
    - Every feature of ``names``, ``(num_clips, P, C, h, w)`` or
      ``(num_clips, C, h, w)``; and the masks of those frames that have it.
    - label (optional)
    - clip_confidence, clip_top_share (np.ndarray, optional): float32
      ``(num_clips, )``.

    Added Keys:

    - inputs (dict): By name the pictures, ``(M, C, h, w)``, and by name with
      ``_clips`` behind it their clips, long ``(M, )``; ``num_clips``.
    - data_samples (ActionDataSample): Label, ``clip_confidence``,
      ``clip_top_share``, meta information.

    Args:
        names (Sequence[str]): Features.
        max_pictures (int, optional): Random pictures of each kind that are
            taken of a clip. Defaults to None, all.
        meta_keys (Sequence[str]): Taken over where they are there.
    """

    def __init__(self,
                 names: Sequence[str],
                 max_pictures: Optional[int] = None,
                 meta_keys: Sequence[str] = _META_KEYS) -> None:
        if max_pictures is not None and max_pictures < 1:
            raise ValueError(
                f'max_pictures must be at least 1, but got {max_pictures}')
        self.names = tuple(names)
        self.max_pictures = max_pictures
        self.meta_keys = tuple(meta_keys)

    def transform(self, results: dict) -> dict:
        """Pack; see the class."""
        inputs: Dict[str, object] = dict(num_clips=int(results['num_clips']))
        for name in self.names:
            frames, clips = clip_frames_of(results, name)
            if self.max_pictures is not None:
                kept = random_pictures(clips, self.max_pictures)
                frames, clips = frames[kept], clips[kept]
            inputs[name], inputs[f'{name}_clips'] = frames, clips
        return dict(
            inputs=inputs, data_samples=_sample(results, self.meta_keys))

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(names={self.names}, '
                f'max_pictures={self.max_pictures}, '
                f'meta_keys={self.meta_keys})')


@TRANSFORMS.register_module()
class PackClipStream(BaseTransform):
    """Pack a video of any length as a stream of its clips, for testing.

    Nothing is decoded here. The recognizer asks the stream for the features
    of all clips, part by part, and then for the clips that it has selected.
    ``motion_source`` and ``has_audio`` become known on the way, and stand in
    the predicted sample (:attr:`ClipStream.facts`).

    Required Keys:

    - filename
    - frame_inds, clip_inds, num_clips, clip_len: Of ``SampleVideoClips``.
    - label, clip_confidence, clip_top_share (optional)

    Added Keys:

    - inputs (VideoClipStream): The stream.
    - data_samples (ActionDataSample): Label, ``clip_confidence``,
      ``clip_top_share``, meta information.

    Args:
        features (list[dict]): How to load the features: each has ``names``
            (list of features), ``pipeline`` (transforms that load all of
            them for the clips of ``frame_inds``) and optionally
            ``at_once=True``: load them for all clips of a video together,
            as is best for sound.
        clip_pipeline (list[dict]): Decodes ``frame_inds`` and formats the
            clips as the classifier wants them, not normalised, ending with
            ``FormatShape`` (NCTHW or NCHW).
        clips_per_part (int): Clips whose features are in memory at once.
            Defaults to 32.
        clips_per_pass (int): Clips that go through the classifier at once.
            Defaults to 8.
        max_pictures (dict[str, int], optional): Feature -> pictures of a
            clip that are looked at, evenly spread. Defaults to None, all of
            each, as in the paper.
        load_timeout (float, optional): Seconds for loading a part or a pass,
            after which the video is given up, even if a decoder hangs.
            Loading then runs in a process of its own, which holds what it
            loads a second time. Defaults to None, no limit.
        meta_keys (Sequence[str]): Taken over where they are there.

    Raises:
        ValueError: If a number is below 1, or an entry of ``features`` lacks
            something.
    """

    def __init__(self,
                 features: List[dict],
                 clip_pipeline: List[dict],
                 clips_per_part: int = 32,
                 clips_per_pass: int = 8,
                 max_pictures: Optional[Dict[str, int]] = None,
                 load_timeout: Optional[float] = None,
                 meta_keys: Sequence[str] = _META_KEYS) -> None:
        max_pictures = dict(max_pictures or {})
        for name, value in (('clips_per_part', clips_per_part),
                            ('clips_per_pass', clips_per_pass),
                            *max_pictures.items()):
            if value < 1:
                raise ValueError(
                    f'{name} must be at least 1, but got {value}')
        self.loaders = []
        for entry in features:
            if set(entry) - {'at_once'} != {'names', 'pipeline'}:
                raise ValueError(
                    f'an entry of features has names, pipeline and maybe '
                    f'at_once, but got {sorted(entry)}')
            self.loaders.append(FeatureLoader(
                tuple(entry['names']),
                [TRANSFORMS.build(t) for t in entry['pipeline']],
                entry.get('at_once', False)))
        self.clip_transforms = [TRANSFORMS.build(t) for t in clip_pipeline]
        self.clips_per_part = clips_per_part
        self.clips_per_pass = clips_per_pass
        self.max_pictures = max_pictures
        self.load_timeout = load_timeout
        self.meta_keys = tuple(meta_keys)

    def transform(self, results: dict) -> dict:
        """Pack; see the class."""
        stream = VideoClipStream(
            results, self.loaders, self.clip_transforms, self.clips_per_part,
            self.clips_per_pass, self.max_pictures, self.load_timeout)
        return dict(
            inputs=stream, data_samples=_sample(results, self.meta_keys))

    def __repr__(self) -> str:
        names = [name for loader in self.loaders for name in loader.names]
        return (f'{type(self).__name__}(names={names}, '
                f'clips_per_part={self.clips_per_part}, '
                f'clips_per_pass={self.clips_per_pass}, '
                f'max_pictures={self.max_pictures})')
