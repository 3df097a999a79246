"""What the components of an AdaFocusV2 cost for one video."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Union

from torch import Tensor, nn

from mmaction_sampler.analysis import ComponentCost, count_macs

if TYPE_CHECKING:
    from ..recognizers.adafocus_v2 import AdaFocusV2
    from ..recognizers.adafocus_v2_tsm import AdaFocusV2TSM

    AnyAdaFocusV2 = Union[AdaFocusV2, AdaFocusV2TSM]


class _Glance(nn.Module):
    """:meth:`AdaFocusV2.glance` as a module, so that it can be traced."""

    def __init__(self, model: AnyAdaFocusV2) -> None:
        super().__init__()
        self.global_cnn = model.global_cnn
        self.forward = model.glance


class _Focus(nn.Module):
    """:meth:`AdaFocusV2.focus` as a module, so that it can be traced."""

    def __init__(self, model: AnyAdaFocusV2) -> None:
        super().__init__()
        self.local_cnn = model.local_cnn
        self.forward = model.focus


class _FirstStep(nn.Module):
    """The classifier after one frame: a step's cost is that of any other."""

    def __init__(self, model: AdaFocusV2) -> None:
        super().__init__()
        self.classifier = model.classifier

    def forward(self, features: Tensor) -> Tensor:
        """Logits of ``(1, 1, C)``."""
        return self.classifier(features)[0]


class _VideoClassifier(nn.Module):
    """A classifier of glance and patches, so that it can be traced."""

    def __init__(self, model: AdaFocusV2TSM) -> None:
        super().__init__()
        self.classifier = model.classifier

    def forward(self, glanced: Tensor, focused: Tensor) -> Tensor:
        """Logits of the whole video."""
        return self.classifier((glanced, focused)).logits


def measure_costs(model: AdaFocusV2, height: int,
                  width: int) -> Dict[str, ComponentCost]:
    """Trace each component that testing runs once, on one frame of zeros.

    Args:
        model (AdaFocusV2): The recognizer.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.

    Returns:
        dict[str, ComponentCost]: Cost by component; the unit is a frame, the
        calls are those of a video that stays to the end. None of a policy
        that looks at nothing.
    """
    zeros = next(model.parameters()).new_zeros
    frame = zeros(1, 1, 3, height, width)
    features = zeros(1, 1, model.classifier.in_channels)
    units = dict(global_cnn=count_macs(_Glance(model), [frame]))
    if next(model.policy.parameters(), None) is not None:
        maps = zeros(1, 1, *model.policy.map_shape)
        units['policy'] = count_macs(model.policy, [maps])
    units['local_cnn'] = count_macs(_Focus(model), [frame, zeros(1, 1, 2)])
    units['classifier'] = count_macs(_FirstStep(model), [features])
    return {name: ComponentCost(macs, model.num_candidates)
            for name, macs in units.items()}


def measure_video_costs(model: AdaFocusV2TSM, height: int,
                        width: int) -> Dict[str, ComponentCost]:
    """The same for one place in a video, whose frames are traced together.

    Args:
        model (AdaFocusV2TSM): The recognizer.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.

    Returns:
        dict[str, ComponentCost]: Cost by component. The unit of the two
        backbones is a frame and a patch, of the others the video.
    """
    zeros = next(model.parameters()).new_zeros
    num_glance, num_focus = model.num_glance, model.num_focus
    glanced = zeros(1, num_glance, 3, height, width)
    focused = zeros(1, num_focus, 3, height, width)
    maps = zeros(1, num_glance, *model.policy.map_shape)
    features = [
        zeros(1, num_glance, model.classifier.global_fc.in_features),
        zeros(1, num_focus, model.classifier.local_fc.in_features)]
    glance = count_macs(_Glance(model), [glanced])
    focus = count_macs(_Focus(model), [focused, zeros(1, 1, 2)])
    return dict(
        global_cnn=ComponentCost(glance / num_glance, num_glance),
        policy=ComponentCost(count_macs(model.policy, [maps]), 1),
        local_cnn=ComponentCost(focus / num_focus, num_focus),
        classifier=ComponentCost(
            count_macs(_VideoClassifier(model), features), 1))
