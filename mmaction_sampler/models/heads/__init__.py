from .tsn_max_pool_head import TSNMaxPoolHead

__all__ = ['TSNMaxPoolHead']
