"""The baselines of SCSampler's Tables 1 and 2."""
import torch
from mmaction.registry import MODELS
from torch import nn

from mmaction_sampler.ops import random_inds, top_inds
from .clip_choice import ClipChoice, ClipEvidence


@MODELS.register_module()
class RandomClips(nn.Module):
    """K random clips, every set equally likely.

    SCSampler Table 1, Sec. 4.1.2. Draws from torch's global random state,
    which the runner seeds.
    """

    NEEDS = ()

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; K is ``num_selected``, in ``[1, L]``."""
        inds = random_inds(
            1, evidence.num_clips, num_selected, torch.device('cpu'))
        return ClipChoice(inds[0].sort().values)


@MODELS.register_module()
class UniformClips(nn.Module):
    """K evenly spread clips, the first and the last among them.

    SCSampler Table 1, Sec. 4.1.2. A single clip is the middle one.
    """

    NEEDS = ()

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; K is ``num_selected``, in ``[1, L]``."""
        last = evidence.num_clips - 1
        if num_selected == 1:
            return ClipChoice(torch.tensor([last // 2]))
        steps = torch.arange(num_selected)
        return ClipChoice((2 * steps * last + num_selected - 1) //
                          (2 * (num_selected - 1)))


@MODELS.register_module()
class DenseClips(nn.Module):
    """All clips, whatever K is: "dense" in SCSampler Table 1."""

    NEEDS = ()

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose all; ``num_selected`` is not used."""
        return ClipChoice(torch.arange(evidence.num_clips))


@MODELS.register_module()
class OracleClips(nn.Module):
    """The K clips on which the classifier is surest of the truth.

    SCSampler Table 1, Sec. 3.1. It knows the labels of the tested videos,
    through ``LoadClipScores`` in the test pipeline: an upper bound, no method.
    """

    NEEDS = ('confidence', )

    def forward(self, evidence: ClipEvidence,
                num_selected: int) -> ClipChoice:
        """Choose; K is ``num_selected``, in ``[1, L]``."""
        scores = evidence.confidence
        return ClipChoice(top_inds(scores, num_selected), scores)
