"""The oracle's scores of sampled clips."""
import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from mmaction_sampler.structures import labels_of

from ..cached_file import read_cached
from ..clip_scores_file import ClipScoresError, ClipScoresFile


def top_shares(confidence: np.ndarray) -> np.ndarray:
    """How many of a video's clips the oracle takes before it takes a clip.

    Args:
        confidence (np.ndarray): f_y of all clips of a video, float
            ``(n, )``.

    Returns:
        np.ndarray: The least share of the clips, those of the highest
        confidence first (of equal ones the earlier), which has the clip in
        it, float32 ``(n, )`` in [0, 1]; 0 for the first clip, which every
        share has.
    """
    shares = np.empty(len(confidence), np.float32)
    best_first = np.argsort(-confidence, kind='stable')
    shares[best_first] = np.arange(1, len(confidence) + 1) / len(confidence)
    shares[best_first[:1]] = 0
    return shares


@TRANSFORMS.register_module()
class LoadClipScores(BaseTransform):
    """How sure a classifier is of the video's label in each sampled clip.

    What SAL-CL and SAL-RANK learn from (SCSampler Sec. 3.2), and what
    ``OracleClips`` goes by.

    Required Keys:

    - filename
    - total_frames
    - clip_inds (np.ndarray): int64 ``(num_clips, )``.
    - clip_len, frame_interval
    - label (optional): Compared with those that the clips were scored for.

    Added Keys:

    - clip_confidence (np.ndarray): f_y of each sampled clip, float32
      ``(num_clips, )`` in [0, 1].
    - clip_top_share (np.ndarray): Least share of all clips of the video that
      has the clip in it, see :func:`top_shares`, float32 ``(num_clips, )``.

    Args:
        scores_file (str): Written by ``tools/scsampler/score_clips.py``.

    Raises:
        ClipScoresMissing: If there is no such file, when it is first read.
        ClipScoresError: If it is malformed, has no line for a video, or is
            of other clips or labels.
    """

    def __init__(self, scores_file: str) -> None:
        self.scores_file = scores_file

    def transform(self, results: dict) -> dict:
        """Add the scores; see the class."""
        line = read_cached(ClipScoresFile, self.scores_file).find(
            results['filename'])
        for key in ('clip_len', 'frame_interval', 'total_frames'):
            if getattr(line, key) != results[key]:
                raise ClipScoresError(
                    f'file of clip scores {self.scores_file}, line '
                    f'{line.number}: {key} of {line.path} is '
                    f'{getattr(line, key)}, but {results[key]} here; score '
                    f'the clips anew with the sampling of this config')
        if 'label' in results and line.labels not in (
                None, labels_of(results['label'])):
            raise ClipScoresError(
                f'file of clip scores {self.scores_file}, line '
                f'{line.number}: {line.path} was scored for the labels '
                f'{list(line.labels)}, but has '
                f'{list(labels_of(results["label"]))} here; score the clips '
                f'anew')
        inds = results['clip_inds']
        results['clip_confidence'] = line.confidence[inds]
        results['clip_top_share'] = top_shares(line.confidence)[inds]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(scores_file={self.scores_file!r})'
