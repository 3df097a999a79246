from .mlp_max_pool_head import MLPMaxPoolHead
from .tsn_max_pool_head import TSNMaxPoolHead

__all__ = ['MLPMaxPoolHead', 'TSNMaxPoolHead']
