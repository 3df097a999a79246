from .averaged_linear_head import AveragedLinearHead
from .glance_focus_head import GlanceFocusHead
from .gru_head import GRUHead
from .stepwise_head import StepwiseHead, StepwiseOutput
from .tsn_max_pool_head import TSNMaxPoolHead

__all__ = [
    'AveragedLinearHead', 'GRUHead', 'GlanceFocusHead', 'StepwiseHead',
    'StepwiseOutput', 'TSNMaxPoolHead'
]
