"""What the components of an SCSampler cost."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Tuple

import torch
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost, count_macs
from mmaction_sampler.structures import ClipBatch
from ..classifier import ClassifierScores
from ..policies import ClipEvidence

if TYPE_CHECKING:
    from ..recognizers.scsampler import SCSampler


class CostMeter:
    """Multiply-adds of the calls that are really made.

    Each network is traced once for every size of its input. The model is
    given to every call: a meter that held its owner would keep its weights in
    memory after the last use.
    """

    def __init__(self) -> None:
        self._units: Dict[Tuple, int] = {}

    def picture_macs(self, model: SCSampler, component: str, feature: str,
                     shape: Tuple[int, ...]) -> int:
        """Of one picture ``(C, H, W)`` through one saliency network."""
        key = (component, feature, *shape)
        if key not in self._units:
            net = getattr(model, component).nets[feature]
            self._units[key] = count_macs(net, [_zeros(model, shape)])
        return self._units[key]

    def clip_macs(self, model: SCSampler, shape: Tuple[int, ...]) -> int:
        """Of one clip ``(F, C, H, W)`` through the classifier."""
        if shape not in self._units:
            self._units[shape] = count_macs(
                ClassifierScores(model.classifier), [_zeros(model, shape)])
        return self._units[shape]

    def add_pictures(self, model: SCSampler, cost: Dict[str, float],
                     component: str, batch: ClipBatch) -> None:
        """Add what a saliency net's look at a batch has cost.

        Args:
            model (SCSampler): The recognizer, always the same.
            cost (dict[str, float]): Multiply-adds by component, changed in
                place.
            component (str): The saliency net.
            batch (ClipBatch): What it looked at.
        """
        names = getattr(model, component).feature_names
        macs = sum(
            len(frames) * self.picture_macs(model, component, name,
                                            tuple(frames.shape[1:]))
            for name in names
            for frames in [batch.features[name].frames] if len(frames))
        cost[component] = cost.get(component, 0.) + macs

    def add_clips(self, model: SCSampler, cost: Dict[str, float],
                  clips: Tensor) -> None:
        """Add what the classification of clips has cost.

        Args:
            model (SCSampler): As above.
            cost (dict[str, float]): As above.
            clips (Tensor): ``(k, F, C, H, W)``.
        """
        macs = len(clips) * self.clip_macs(model, tuple(clips.shape[1:]))
        cost['classifier'] = cost.get('classifier', 0.) + macs


def _zeros(model: SCSampler, shape: Tuple[int, ...]) -> Tensor:
    return next(model.parameters()).new_zeros(1, *shape)


def reference_costs(model: SCSampler, meter: CostMeter, height: int,
                    width: int) -> Dict[str, ComponentCost]:
    """Multiply-adds of testing the model's ``reference_video``.

    Args:
        model (SCSampler): The recognizer.
        meter (CostMeter): Its meter.
        height (int): H of the classified frames, pixels.
        width (int): W of the classified frames, pixels.

    Returns:
        dict[str, ComponentCost]: By component; the unit is a clip.
    """
    video = model.reference_video
    num_clips = video['num_clips']
    costs = {}
    for name in model.needed_nets.values():
        costs[name] = ComponentCost(
            _clip_of_pictures(model, meter, name), num_clips)
    any_scores = torch.linspace(0, 1, num_clips)
    evidence = ClipEvidence(num_clips, any_scores, any_scores, any_scores)
    choice = model.policy(evidence, min(model.num_selected, num_clips))
    clip = (video['clip_len'], 3, height, width)
    costs['classifier'] = ComponentCost(
        meter.clip_macs(model, clip), len(choice.inds))
    return costs


def _clip_of_pictures(model: SCSampler, meter: CostMeter,
                      component: str) -> float:
    """Multiply-adds of a saliency net for one reference clip."""
    shapes = model.reference_video['features']
    total = 0.
    for name in getattr(model, component).feature_names:
        if name not in shapes:
            raise ValueError(
                f'{component} looks at {name!r}, but reference_video.features '
                f'has only {", ".join(shapes)}; say how many pictures of '
                f'which shape a clip has')
        number, *shape = shapes[name]
        total += number * meter.picture_macs(
            model, component, name, tuple(shape))
    return total
