"""How salient clips are, by one or more cheap features."""
from typing import Dict, Iterator, NamedTuple, Tuple

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseModule, ModuleDict
from torch import Tensor

from mmaction_sampler.ops import clip_means
from mmaction_sampler.structures import ClipBatch, ClipFrames
from ..losses import ClipSaliency, ClipTruth
from ..passes import last_map, use_channels_last


class Saliency(NamedTuple):
    """Mean saliency of L clips.

    Attributes:
        scores (Tensor): In [0, 1], float ``(L, )``; 0 for a clip without
            any picture.
        is_known (Tensor): Whether a clip has a picture, bool ``(L, )``.
    """
    scores: Tensor
    is_known: Tensor


@MODELS.register_module()
class SaliencyNet(BaseModule):
    """One network on single pictures of one kind.

    Args:
        backbone (dict): Maps pictures ``(M, C, H, W)`` to a feature map
            ``(M, C', h, w)``, which is averaged over its places, or to
            features ``(M, C')``.
        head (dict): ``SaliencyHead`` or ``ActionSaliencyHead``.
        init_cfg (dict, optional): Initialisation. Defaults to None.
    """

    def __init__(self, backbone: dict, head: dict,
                 init_cfg: dict = None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.head = MODELS.build(head)
        use_channels_last(self)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits ``(M, O)`` of normalised pictures ``(M, C, H, W)``."""
        features = last_map(self.backbone(pictures))
        if features.dim() == 4:
            features = features.mean(dim=(-2, -1))
        return self.head(features)


@MODELS.register_module()
class ClipSaliencyNet(BaseModule):
    """Networks on several features, whose scores are averaged.

    SCSampler Sec. 3.3.1: each network scores every picture of its kind, a
    clip has the mean over its pictures, and the networks are averaged. Each
    is trained by itself. A clip without pictures of one kind (such as
    I-frames in a long group) is scored by the others.

    Args:
        nets (dict[str, dict]): Name of a feature -> :class:`SaliencyNet`.
        loss (dict): Of each network: ``ActionClassificationLoss``,
            ``SaliencyClassificationLoss`` or ``SaliencyRankingLoss``.
        init_cfg (dict, optional): Initialisation. Defaults to None.

    Raises:
        ValueError: If there is no network.
    """

    def __init__(self,
                 nets: Dict[str, dict],
                 loss: dict,
                 init_cfg: dict = None) -> None:
        super().__init__(init_cfg=init_cfg)
        if not nets:
            raise ValueError('nets must name at least one feature')
        self.nets = ModuleDict(
            {name: MODELS.build(net) for name, net in nets.items()})
        self.objective = MODELS.build(loss)

    @property
    def feature_names(self) -> Tuple[str, ...]:
        """Names of the features that the networks look at."""
        return tuple(self.nets)

    def forward(self, batch: ClipBatch) -> Saliency:
        """Average the networks' scores of every clip.

        Args:
            batch (ClipBatch): Normalised features of L clips.

        Returns:
            Saliency: Of the L clips.
        """
        total, known = 0., 0.
        for output, has_pictures in self._outputs(batch):
            total = total + output.saliency * has_pictures
            known = known + has_pictures
        return Saliency(total / known.clamp(min=1), known > 0)

    def loss(self, batch: ClipBatch, truth: ClipTruth) -> Tensor:
        """Sum of the losses of all networks, each of which learns alone.

        Args:
            batch (ClipBatch): Normalised features of L clips.
            truth (ClipTruth): Of the same clips.

        Returns:
            Tensor: A scalar.
        """
        losses = []
        for output, has_pictures in self._outputs(batch):
            kept = has_pictures.bool()
            losses.append(self.objective(*keep_clips(output, truth, kept)))
        return torch.stack(losses).sum()

    def _outputs(self, batch: ClipBatch
                 ) -> Iterator[Tuple[ClipSaliency, Tensor]]:
        """What each network says, and which clips it has pictures of."""
        num_clips = len(batch.videos)
        for name, net in self.nets.items():
            pictures: ClipFrames = batch.features[name]
            logits = net(pictures.frames)
            saliency, counts = clip_means(
                net.head.saliency(logits), pictures.clips, num_clips)
            yield (ClipSaliency(saliency, logits, pictures.clips),
                   counts.clamp(max=1))


def keep_clips(output: ClipSaliency, truth: ClipTruth,
               kept: Tensor) -> Tuple[ClipSaliency, ClipTruth]:
    """Leave out clips of which a network knows nothing.

    Args:
        output (ClipSaliency): Of L clips.
        truth (ClipTruth): Of the same clips.
        kept (Tensor): Bool ``(L, )``; True wherever there are pictures.

    Returns:
        tuple: The same of the kept clips, which are numbered anew.
    """
    numbers = kept.cumsum(0) - 1
    clips = output.clips
    return (ClipSaliency(output.saliency[kept], output.logits,
                         None if clips is None else numbers[clips]),
            ClipTruth(truth.targets, truth.videos[kept],
                      *(None if scores is None else scores[kept]
                        for scores in (truth.confidence, truth.top_share))))
