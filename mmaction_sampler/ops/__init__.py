"""Pure tensor functions: no ``nn.Module``, no registry, no input/output."""
from .bilinear_patch import bilinear_patches, offset_boxes
from .clip_pictures import random_pictures, spread_pictures
from .clip_selection import (clip_means, intersection_depths, ranks,
                             union_list)
from .conditional_exit import (ExitCriterion, exit_confidence, exit_steps,
                               geometric_shares, solve_exit_thresholds,
                               thresholds_for_shares)
from .frame_order import coarse_to_fine_order
from .frame_sampling import (MAX_EXACT_SELECTED, candidate_entropy,
                             draw_without_replacement, random_inds,
                             set_log_prob, top_inds, uniform_inds)
from .keep_threshold import solve_keep_threshold
from .patch import (crop_patches, grid_offsets, patch_boxes, patch_corners,
                    random_offsets)
from .ppo import (Diagnostics, Rollout, clipped_surrogate_loss, diagnostics,
                  discounted_returns, normalize_returns, value_loss)
from .precision import full_precision
from .resize import interpolate, resize
from .schedule import linear_schedule

__all__ = [
    'Diagnostics', 'ExitCriterion', 'MAX_EXACT_SELECTED', 'Rollout',
    'bilinear_patches', 'candidate_entropy', 'clip_means',
    'clipped_surrogate_loss', 'coarse_to_fine_order', 'crop_patches',
    'diagnostics', 'discounted_returns', 'draw_without_replacement',
    'exit_confidence', 'exit_steps', 'full_precision', 'geometric_shares',
    'grid_offsets', 'interpolate', 'intersection_depths', 'linear_schedule',
    'normalize_returns', 'offset_boxes', 'patch_boxes', 'patch_corners',
    'random_inds', 'random_offsets', 'random_pictures', 'ranks', 'resize',
    'set_log_prob', 'solve_exit_thresholds', 'solve_keep_threshold',
    'spread_pictures', 'thresholds_for_shares', 'top_inds', 'uniform_inds',
    'union_list', 'value_loss'
]
