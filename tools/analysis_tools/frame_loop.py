"""Stage II of AdaFocus as its authors run it, to compare with.

One frame at a time goes through glance, policy, crops, local network (the
chosen patch and a random one) and classifier. Gives what ``AdaFocus.act``
gives. No part of the package: nothing trains this way.
"""
from typing import List, Tuple

import torch
from mmaction.structures import ActionDataSample
from torch import Tensor
from torch.distributions import Categorical

from mmaction_sampler.models.classifier import label_targets
from mmaction_sampler.models.passes import last_map
from mmaction_sampler.models.recognizers import AdaFocus
from mmaction_sampler.models.recognizers.adafocus_types import PolicyBatch
from mmaction_sampler.ops import (Rollout, crop_patches, full_precision,
                                  patch_corners)


@torch.no_grad()
def act_by_frames(model: AdaFocus, inputs: Tensor,
                  data_samples: List[ActionDataSample]) -> PolicyBatch:
    """Choose patches frame by frame, and see what they are worth.

    Args:
        model (AdaFocus): With ``PatchPolicy``, a ``StepwiseHead`` and a
            reward that compares with random patches (Eq. 7).
        inputs (Tensor): Frames v, float ``(B, T, C, H, W)``.
        data_samples (list[ActionDataSample]): B samples.

    Returns:
        PolicyBatch: The rollout, without gradients.
    """
    targets = label_targets(
        data_samples, model.classifier.num_classes, inputs.device)
    random_offsets = model.random_offsets(inputs)
    rows, policy_state, class_state = [], None, None
    for t in range(inputs.shape[1]):
        frame = inputs[:, t]  # (B, C, H, W)
        maps = last_map(model.global_cnn(frame))[:, None]
        states = model.policy.encode(maps, policy_state)
        policy_state = states[:, -1]
        distribution = Categorical(
            logits=full_precision(model.policy.actor(states)))
        actions = distribution.sample()  # (B, 1)
        chosen = _focus(model, frame, model.policy.offsets(actions))
        other = _focus(model, frame, random_offsets[:, t:t + 1])
        output = model.classifier(model.fuse(maps, chosen), class_state)
        other_output = model.classifier(model.fuse(maps, other), class_state)
        class_state = output.states[:, -1]
        rows.append((
            maps, actions, distribution.log_prob(actions),
            model.confidence(output.logits, targets),
            model.confidence(other_output.logits, targets)))
    return _policy_batch(model, rows)


def _focus(model: AdaFocus, frame: Tensor, offsets: Tensor) -> Tensor:
    """Pooled features of a patch of every frame, ``(B, 1, C')``."""
    corners = patch_corners(
        offsets[:, 0], model.patch_size, *frame.shape[-2:])
    inds = torch.arange(len(frame), device=frame.device)
    patches = crop_patches(frame, inds, corners, model.patch_size)
    return last_map(model.local_cnn(patches)).mean(dim=(-2, -1))[:, None]


def _policy_batch(model: AdaFocus,
                  rows: List[Tuple[Tensor, ...]]) -> PolicyBatch:
    maps, actions, log_probs, confidence, other = (
        torch.cat(steps, dim=1) for steps in zip(*rows))
    rewards = model.reward(confidence, other)
    rollout = Rollout(actions, log_probs, model.ppo.returns(rewards))
    log = dict(baseline_reward=other.mean(), reward=rewards.mean())
    return PolicyBatch(maps, dict(policy=rollout), log)
