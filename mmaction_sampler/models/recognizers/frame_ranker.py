"""A learned baseline of OCSampler: frames ranked independently."""
from typing import Dict, Optional

from mmaction.registry import MODELS
from torch import Tensor

from ..classifier import confidence, label_targets
from ..losses import frame_confidence
from .base import Samples
from .ocsampler import OCSampler


@MODELS.register_module()
class FrameRanker(OCSampler):
    """OCSampler's networks, its policy taught to rank single frames.

    Not in the paper: stage ``policy`` is supervised by a ranking loss on the
    classifier's confidence in each candidate alone, instead of a reward of
    the whole clip. All else is :class:`OCSampler`'s, whose arguments are
    these, too.

    Args:
        policy (dict): See :class:`OCSampler`.
        classifier (dict): See :class:`OCSampler`.
        skim_network (dict): See :class:`OCSampler`.
        skim_head (dict, optional): See :class:`OCSampler`.
        num_candidates (int): T.
        num_selected (int): N.
        skim_size (int): See :class:`OCSampler`.
        skim_interpolation (str): See :class:`OCSampler`.
        num_warmup_selected (int, optional): See :class:`OCSampler`.
        ranking_loss (dict): Defaults to ``FrameRankingLoss``.
        channels_last (bool): See :class:`OCSampler`.
        fold_norm (bool): See :class:`OCSampler`.
        component_checkpoints (dict, optional): See :class:`OCSampler`.
        data_preprocessor (dict, optional): See MMAction2.
    """

    def __init__(self,
                 policy: dict,
                 classifier: dict,
                 skim_network: dict,
                 skim_head: Optional[dict] = None,
                 num_candidates: int = 10,
                 num_selected: int = 6,
                 skim_size: int = 128,
                 skim_interpolation: str = 'bilinear',
                 num_warmup_selected: Optional[int] = None,
                 ranking_loss: dict = dict(type='FrameRankingLoss'),
                 channels_last: bool = True,
                 fold_norm: bool = True,
                 component_checkpoints: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None) -> None:
        super().__init__(
            policy, classifier, skim_network, skim_head,
            num_candidates=num_candidates, num_selected=num_selected,
            skim_size=skim_size, skim_interpolation=skim_interpolation,
            num_warmup_selected=num_warmup_selected,
            channels_last=channels_last, fold_norm=fold_norm,
            component_checkpoints=component_checkpoints,
            data_preprocessor=data_preprocessor)
        self.ranking_loss = MODELS.build(ranking_loss)

    def loss_policy(self, inputs: Tensor,
                    data_samples: Samples) -> Dict[str, Tensor]:
        """Stage II: rank the candidates by the classifier's confidence."""
        self._check_inputs(inputs)
        targets = label_targets(data_samples, self.num_classes, inputs.device)
        scorer = self.clip_scorer(inputs)
        confidences = frame_confidence(
            lambda inds: confidence(scorer(inds), targets), len(inputs),
            self.num_candidates, inputs.device)  # (B, T)
        logits = self.policy_logits(inputs)
        return dict(loss_ranking=self.ranking_loss(logits, confidences))
