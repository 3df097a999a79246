from .fixed_patch_policies import (CenterPatchPolicy, GaussianPatchPolicy,
                                   RandomPatchPolicy)
from .fixed_policies import RandomPolicy, UniformPolicy
from .frame_policy import FramePolicy
from .patch_policy import PatchPolicy
from .policy_output import PolicyOutput
from .skip_policy import SkipPolicy
from .video_patch_policy import ContinuousPatchPolicy, VideoPatchPolicy

__all__ = [
    'CenterPatchPolicy', 'ContinuousPatchPolicy', 'FramePolicy',
    'GaussianPatchPolicy', 'PatchPolicy', 'PolicyOutput', 'RandomPatchPolicy',
    'RandomPolicy', 'SkipPolicy', 'UniformPolicy', 'VideoPatchPolicy'
]
