"""What the components of an AdaFocus cost for one video."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Sequence, Tuple

from torch import Tensor, nn

from mmaction_sampler.analysis import ComponentCost, count_macs

if TYPE_CHECKING:
    from ..recognizers.glance_focus import GlanceFocusRecognizer


class _Glance(nn.Module):
    """:meth:`GlanceFocusRecognizer.glance` as a module, to be traced."""

    def __init__(self, model: GlanceFocusRecognizer) -> None:
        super().__init__()
        self.global_cnn = model.global_cnn
        self.forward = model.glance


class _Policy(nn.Module):
    """What testing runs of a policy, as a module, to be traced."""

    def __init__(self, policy: nn.Module, method: str) -> None:
        super().__init__()
        self.policy = policy
        self.method = method

    def forward(self, maps: Tensor) -> Tensor:
        """What the method gives, less the state."""
        return getattr(self.policy, self.method)(maps)[0]


class _Classifier(nn.Module):
    """A classifier of one or several sets of features, to be traced."""

    def __init__(self, classifier: nn.Module) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, *features: Tensor) -> Tensor:
        """Its logits."""
        inputs = features if len(features) > 1 else features[0]
        return self.classifier(inputs).logits


def policy_cost(model: GlanceFocusRecognizer, name: str,
                method: str) -> Dict[str, ComponentCost]:
    """Trace what testing runs of a policy once, on zeros.

    Args:
        model (GlanceFocusRecognizer): The recognizer.
        name (str): The policy's component name.
        method (str): Its method for testing.

    Returns:
        dict[str, ComponentCost]: Its cost a video under its name; empty for
        policies that look at nothing.
    """
    policy = getattr(model, name)
    parameter = next(policy.parameters(), None)
    if parameter is None:
        return {}
    maps = parameter.new_zeros(1, model.num_glance, *policy.map_shape)
    macs = count_macs(_Policy(policy, method), [maps])
    return {name: ComponentCost(macs, 1)}


def measure_costs(model: GlanceFocusRecognizer,
                  height: int,
                  width: int,
                  features: Sequence[Tensor],
                  num_traced: Tuple[int, int] = (1, 1)
                  ) -> Dict[str, ComponentCost]:
    """Trace each component that testing runs once, on zeros.

    Args:
        model (GlanceFocusRecognizer): The recognizer.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.
        features (Sequence[Tensor]): What the classifier takes of one video,
            one set of features or several.
        num_traced (tuple[int, int]): Frames and patches to trace together;
            networks with temporal shifts take all of a video. Defaults to 1
            and 1.

    Returns:
        dict[str, ComponentCost]: Cost by component. The unit of the two
        backbones is a frame and a patch, of the others the video.
    """
    zeros, costs = next(model.parameters()).new_zeros, {}
    if model.global_cnn is not None:
        frames = zeros(1, num_traced[0], 3, height, width)
        costs['global_cnn'] = ComponentCost(
            count_macs(_Glance(model), [frames]) / num_traced[0],
            model.num_glance)
    patches = zeros(num_traced[1], 3, model.patch_size, model.patch_size)
    costs['local_cnn'] = ComponentCost(
        count_macs(model.local_cnn, [patches]) / num_traced[1],
        model.num_candidates)
    costs.update(policy_cost(model, 'policy', 'best_offsets'))
    costs['classifier'] = ComponentCost(
        count_macs(_Classifier(model.classifier), features), 1)
    return costs
