from .rewards import ClipReward, Reward

__all__ = ['ClipReward', 'Reward']
