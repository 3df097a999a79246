from .branch_head import BranchHead
from .mlp_max_pool_head import MLPMaxPoolHead
from .running_max_head import RunningMaxHead
from .tsn_max_pool_head import TSNMaxPoolHead

__all__ = ['BranchHead', 'MLPMaxPoolHead', 'RunningMaxHead', 'TSNMaxPoolHead']
