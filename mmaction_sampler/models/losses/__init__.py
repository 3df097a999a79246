from .budget_loss import BudgetLoss, budget_labels
from .frame_ranking_loss import FrameRankingLoss
from .patch_rewards import (PatchConfidenceReward, PatchIncrementReward,
                            PatchReward, SkipReward)
from .policy_gradient import Draws, draw_clips, policy_losses
from .ppo_loss import PPOLoss
from .rewards import (ClipReward, FrameReward, Reward, VanillaReward,
                      frame_confidence)
from .saliency_losses import (ActionClassificationLoss, ClipSaliency,
                              ClipTruth, SaliencyClassificationLoss,
                              SaliencyRankingLoss, oracle_labels, pair_labels)

__all__ = [
    'ActionClassificationLoss', 'BudgetLoss', 'ClipReward', 'ClipSaliency',
    'ClipTruth', 'Draws', 'FrameRankingLoss', 'FrameReward', 'PPOLoss',
    'PatchConfidenceReward', 'PatchIncrementReward', 'PatchReward', 'Reward',
    'SaliencyClassificationLoss', 'SaliencyRankingLoss', 'SkipReward',
    'VanillaReward', 'budget_labels', 'draw_clips', 'frame_confidence',
    'oracle_labels', 'pair_labels', 'policy_losses'
]
