from .patch_rewards import (PatchConfidenceReward, PatchIncrementReward,
                            PatchReward, SkipReward)
from .ppo_loss import PPOLoss
from .rewards import ClipReward, Reward

__all__ = [
    'ClipReward', 'PPOLoss', 'PatchConfidenceReward', 'PatchIncrementReward',
    'PatchReward', 'Reward', 'SkipReward'
]
