from .averaged_linear_head import AveragedLinearHead
from .branch_head import BranchHead
from .glance_focus_head import GlanceFocusHead
from .gru_head import GRUHead
from .mlp_max_pool_head import MLPMaxPoolHead
from .running_max_head import RunningMaxHead
from .saliency_heads import ActionSaliencyHead, SaliencyHead
from .stepwise_head import StepwiseHead, StepwiseOutput
from .tsn_max_pool_head import TSNMaxPoolHead

__all__ = [
    'ActionSaliencyHead', 'AveragedLinearHead', 'BranchHead', 'GRUHead',
    'GlanceFocusHead', 'MLPMaxPoolHead', 'RunningMaxHead', 'SaliencyHead',
    'StepwiseHead', 'StepwiseOutput', 'TSNMaxPoolHead'
]
