"""The record of what the heavy network processed of one video."""
from typing import Literal, Optional, get_args

import torch
from mmengine.structures import BaseDataElement
from torch import Tensor

Unit = Literal['frame', 'patch', 'clip']


class Selection(BaseDataElement):
    """The units of one video that the heavy network processed.

    Build it with :meth:`create`. It holds positions and scores, never
    pixels: metrics copy the samples it travels in.

    Attributes:
        inds (Tensor): Ascending positions among the T candidates, long
            ``(K, )``. The numbers of the frames in the video file are
            ``sample.frame_inds[selection.inds]``.
        scores (Tensor): Policy probability or saliency of every candidate,
            float ``(T, )``. Absent if the method gives none.
        boxes (Tensor): Boxes of patches, xyxy in pixels of the network's
            input frame, float ``(K, 4)``. Absent without patches.
        unit (str): ``'frame'``, ``'patch'`` or ``'clip'`` (meta).
        num_candidates (int): T (meta).
    """

    @classmethod
    def create(cls,
               inds: Tensor,
               num_candidates: int,
               *,
               unit: Unit,
               scores: Optional[Tensor] = None,
               boxes: Optional[Tensor] = None) -> 'Selection':
        """Check the fields against each other and build the record.

        Args:
            inds (Tensor): Strictly ascending, long ``(K, )``, in [0, T).
            num_candidates (int): T, at least 1.
            unit (str): ``'frame'``, ``'patch'`` or ``'clip'``.
            scores (Tensor, optional): Float ``(T, )``.
            boxes (Tensor, optional): Float ``(K, 4)``, xyxy pixels.

        Returns:
            Selection: The record.

        Raises:
            ValueError: If a field has the wrong shape, type or range.
        """
        if unit not in get_args(Unit):
            raise ValueError(
                f'unit must be one of {get_args(Unit)}, but got {unit!r}')
        if inds.dim() != 1 or inds.dtype != torch.long:
            raise ValueError(
                f'inds must be a long tensor (K, ), but got {inds.dtype} '
                f'{tuple(inds.shape)}')
        positions = inds.tolist()
        ascending = all(a < b for a, b in zip(positions, positions[1:]))
        if positions and (not ascending or positions[0] < 0
                          or positions[-1] >= num_candidates):
            raise ValueError(
                f'inds must ascend within [0, {num_candidates}), but got '
                f'{positions}')
        if scores is not None and scores.shape != (num_candidates, ):
            raise ValueError(
                f'scores must have one value for each of the '
                f'{num_candidates} candidates, but got shape '
                f'{tuple(scores.shape)}')
        if boxes is not None and boxes.shape != (len(positions), 4):
            raise ValueError(
                f'boxes must be ({len(positions)}, 4), one for each selected '
                f'unit, but got shape {tuple(boxes.shape)}')
        fields = dict(inds=inds, scores=scores, boxes=boxes)
        return cls(
            metainfo=dict(unit=unit, num_candidates=num_candidates),
            **{k: v for k, v in fields.items() if v is not None})
