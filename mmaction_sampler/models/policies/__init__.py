from .fixed_policies import RandomPolicy, UniformPolicy
from .frame_policy import FramePolicy

__all__ = ['FramePolicy', 'RandomPolicy', 'UniformPolicy']
