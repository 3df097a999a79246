from .budget import BudgetModule
from .fixed_patch_policies import (CenterPatchPolicy, GaussianPatchPolicy,
                                   RandomPatchPolicy)
from .fixed_policies import FrameExitPolicy, RandomPolicy, UniformPolicy
from .frame_policy import FramePolicy
from .patch_policy import PatchPolicy
from .patch_regressor import PatchRegressor
from .policy_output import PolicyOutput
from .skip_policy import SkipPolicy
from .video_patch_policy import ContinuousPatchPolicy, VideoPatchPolicy
from .video_patch_regressor import VideoPatchRegressor

__all__ = [
    'BudgetModule', 'CenterPatchPolicy', 'ContinuousPatchPolicy',
    'FrameExitPolicy', 'FramePolicy', 'GaussianPatchPolicy', 'PatchPolicy',
    'PatchRegressor', 'PolicyOutput', 'RandomPatchPolicy', 'RandomPolicy',
    'SkipPolicy', 'UniformPolicy', 'VideoPatchPolicy', 'VideoPatchRegressor'
]
