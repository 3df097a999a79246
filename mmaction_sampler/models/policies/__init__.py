from .budget import BudgetModule
from .clip_choice import ClipChoice, ClipEvidence
from .fixed_clip_policies import (DenseClips, OracleClips, RandomClips,
                                  UniformClips)
from .fixed_patch_policies import (CenterPatchPolicy, GaussianPatchPolicy,
                                   RandomPatchPolicy)
from .fixed_policies import FrameExitPolicy, RandomPolicy, UniformPolicy
from .frame_policy import FramePolicy
from .patch_policy import PatchPolicy
from .patch_regressor import PatchRegressor
from .policy_output import PolicyOutput
from .saliency_policies import (AudioClips, AVConvexList, AVConvexScore,
                                AVIntersectList, AVUnionList, VisualClips)
from .skip_policy import SkipPolicy
from .video_patch_policy import ContinuousPatchPolicy, VideoPatchPolicy
from .video_patch_regressor import VideoPatchRegressor

__all__ = [
    'AVConvexList', 'AVConvexScore', 'AVIntersectList', 'AVUnionList',
    'AudioClips', 'BudgetModule', 'CenterPatchPolicy', 'ClipChoice',
    'ClipEvidence', 'ContinuousPatchPolicy', 'DenseClips', 'FrameExitPolicy',
    'FramePolicy', 'GaussianPatchPolicy', 'OracleClips', 'PatchPolicy',
    'PatchRegressor', 'PolicyOutput', 'RandomClips', 'RandomPatchPolicy',
    'RandomPolicy', 'SkipPolicy', 'UniformClips', 'UniformPolicy',
    'VideoPatchPolicy', 'VideoPatchRegressor', 'VisualClips'
]
