from .budget import BudgetModule
from .fixed_policies import FrameExitPolicy, RandomPolicy, UniformPolicy
from .frame_policy import FramePolicy
from .patch_regressor import PatchRegressor

__all__ = [
    'BudgetModule', 'FrameExitPolicy', 'FramePolicy', 'PatchRegressor',
    'RandomPolicy', 'UniformPolicy'
]
