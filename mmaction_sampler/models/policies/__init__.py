from .budget import BudgetModule
from .fixed_policies import FrameExitPolicy, RandomPolicy, UniformPolicy
from .frame_policy import FramePolicy

__all__ = [
    'BudgetModule', 'FrameExitPolicy', 'FramePolicy', 'RandomPolicy',
    'UniformPolicy'
]
