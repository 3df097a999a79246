from .budget_loss import BudgetLoss, budget_labels
from .frame_ranking_loss import FrameRankingLoss
from .policy_gradient import Draws, draw_clips, policy_losses
from .rewards import (ClipReward, FrameReward, Reward, VanillaReward,
                      frame_confidence)

__all__ = [
    'BudgetLoss', 'ClipReward', 'Draws', 'FrameRankingLoss', 'FrameReward',
    'Reward', 'VanillaReward', 'budget_labels', 'draw_clips',
    'frame_confidence', 'policy_losses'
]
