"""What recognizers compute in testing, as a plain function of the frames.

Recognizers group videos by what was selected and remember folded networks;
an exporter needs tensors in, tensors out, for any number of videos.
"""
from typing import Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmaction_sampler.models.classifier import classify, take_frames
from mmaction_sampler.models.passes import last_map
from mmaction_sampler.models.recognizers import (AdaFocus, AdaFocusV2,
                                                 ComponentRecognizer,
                                                 OCSampler)
from mmaction_sampler.ops import (bilinear_patches, full_precision,
                                  offset_boxes, patch_boxes, patch_corners)


class OCSamplerPath(nn.Module):
    """OCSampler in testing: skim, select, classify.

    Args:
        model (OCSampler): In eval mode.
    """

    OUTPUTS: Tuple[str, ...] = ('scores', 'selected_inds')

    def __init__(self, model: OCSampler) -> None:
        super().__init__()
        self.model = model

    def forward(self, frames: Tensor) -> Tuple[Tensor, Tensor]:
        """Scores and selected candidates.

        Args:
            frames (Tensor): Normalised candidates, float
                ``(B, T, C, H, W)``.

        Returns:
            tuple[Tensor, Tensor]: Class probabilities, float
            ``(B, num_classes)``; ascending positions of the selected
            candidates, long ``(B, N)``.
        """
        model = self.model
        images = _resized(frames.flatten(0, 1), model.skim_size,
                          model.skim_interpolation)
        maps = last_map(model.skim_network(images))
        features = maps.mean(dim=(-2, -1)).unflatten(0, frames.shape[:2])
        top = model.policy(features).topk(model.num_selected, dim=1).indices
        inds = top.sort(dim=1).values
        clips = take_frames(frames, inds)
        return classify(model.classifier, clips), inds


class AdaFocusPath(nn.Module):
    """AdaFocus in testing: glance, choose patches, focus, classify.

    Args:
        model (AdaFocus): In eval mode.
    """

    OUTPUTS: Tuple[str, ...] = ('scores', 'boxes')

    def __init__(self, model: AdaFocus) -> None:
        super().__init__()
        self.model = model

    def forward(self, frames: Tensor) -> Tuple[Tensor, Tensor]:
        """Scores and the patches that were looked at.

        Args:
            frames (Tensor): Normalised, float ``(B, T, C, H, W)``.

        Returns:
            tuple[Tensor, Tensor]: Class probabilities after the last frame,
            float ``(B, num_classes)``; one box xyxy a frame, pixels, float
            ``(B, T, 4)``.
        """
        model, shape = self.model, frames.shape[:2]
        images = frames.flatten(0, 1)
        glance = images if model.glance_size is None else _resized(
            images, model.glance_size)
        maps = last_map(model.global_cnn(glance)).unflatten(0, shape)
        offsets, _ = model.policy.best_offsets(maps)
        corners = patch_corners(offsets, model.patch_size, *frames.shape[-2:])
        patches = _crops(images, corners.flatten(0, 1), model.patch_size)
        features = last_map(model.local_cnn(patches)).mean(dim=(-2, -1))
        fused = model.fuse(maps, features.unflatten(0, shape))
        logits = model.classifier(fused).logits[:, -1]
        return (full_precision(logits).softmax(dim=-1),
                patch_boxes(corners, model.patch_size))


class AdaFocusV2Path(nn.Module):
    """AdaFocusV2 in testing, without exits: every video to its last frame.

    Args:
        model (AdaFocusV2): In eval mode.
    """

    OUTPUTS: Tuple[str, ...] = ('scores', 'boxes')

    def __init__(self, model: AdaFocusV2) -> None:
        super().__init__()
        self.model = model

    def forward(self, frames: Tensor) -> Tuple[Tensor, Tensor]:
        """Scores and the patches that were looked at.

        Args:
            frames (Tensor): Normalised, in the order in which they are
                looked at, float ``(B, T, C, H, W)``.

        Returns:
            tuple[Tensor, Tensor]: See :meth:`AdaFocusPath.forward`.
        """
        model, shape = self.model, frames.shape[:2]
        images = frames.flatten(0, 1)
        glance = F.interpolate(images, **model.glance_resize) if (
            model.glance_resize) else images
        maps = last_map(model.global_cnn(glance))
        offsets, _ = model.policy(maps.unflatten(0, shape))
        patches = bilinear_patches(
            images, offsets.flatten(0, 1), model.patch_size)
        local = last_map(model.local_cnn(patches))
        features = torch.cat(
            [m.mean(dim=(-2, -1)) for m in (maps, local)], dim=-1)
        head = model.classifier
        # What RunningMaxHead says after the last frame alone.
        embedded = head.embedding(features).unflatten(0, shape)
        logits = embedded.amax(dim=1) @ head.weight[-1] + head.bias[-1]
        return (full_precision(logits).softmax(dim=-1),
                offset_boxes(offsets, model.patch_size, *frames.shape[-2:]))


def inference_path(model: ComponentRecognizer) -> nn.Module:
    """The inference path of a recognizer.

    Args:
        model (ComponentRecognizer): An ``OCSampler`` with a skim network, an
            ``AdaFocus`` with a global network, or an ``AdaFocusV2``; not a
            subclass, whose path is another one. Put into eval mode.

    Returns:
        nn.Module: Frames in, a tuple of tensors out, whose names are in
        ``OUTPUTS``. It shares the model's weights.

    Raises:
        ValueError: If there is no such path.
    """
    kinds = {OCSampler: (OCSamplerPath, 'skim_network'),
             AdaFocus: (AdaFocusPath, 'global_cnn'),
             AdaFocusV2: (AdaFocusV2Path, 'global_cnn')}
    if type(model) not in kinds:
        raise ValueError(
            f'{type(model).__name__} cannot be exported, because its cost '
            f'differs from video to video or it reads the video itself; '
            f'{", ".join(kind.__name__ for kind in kinds)} can')
    path, network = kinds[type(model)]
    if getattr(model, network) is None:
        raise ValueError(
            f'{type(model).__name__} without {network} looks at nothing, so '
            f'there is no selection to export; export its networks by '
            f'themselves')
    return path(model.eval())


def _resized(images: Tensor, size: int, mode: str = 'bilinear') -> Tensor:
    """As :func:`mmaction_sampler.ops.resize`, one operator."""
    if tuple(images.shape[-2:]) == (size, size):
        return images
    return F.interpolate(images, size=(size, size), mode=mode)


def _crops(images: Tensor, corners: Tensor, size: int) -> Tensor:
    """As :func:`mmaction_sampler.ops.crop_patches`, one patch an image.

    Without its view of all windows, which ONNX would copy.
    """
    span = torch.arange(size, device=images.device)
    rows = corners[:, :1] + span  # (N, P)
    columns = corners[:, 1:] + span
    image = torch.arange(images.shape[0], device=images.device)
    crops = images[image[:, None, None], :, rows[:, :, None],
                   columns[:, None, :]]  # (N, P, P, C)
    return crops.permute(0, 3, 1, 2)
