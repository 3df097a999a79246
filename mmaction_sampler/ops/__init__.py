"""Pure tensor functions: no ``nn.Module``, no registry, no input/output."""
from .frame_sampling import (MAX_EXACT_SELECTED, candidate_entropy,
                             draw_without_replacement, full_precision,
                             random_inds, set_log_prob, top_inds,
                             uniform_inds)
from .keep_threshold import solve_keep_threshold
from .patch import (crop_patches, grid_offsets, patch_boxes, patch_corners,
                    random_offsets)
from .ppo import (Diagnostics, Rollout, clipped_surrogate_loss, diagnostics,
                  discounted_returns, normalize_returns, value_loss)

__all__ = [
    'Diagnostics', 'MAX_EXACT_SELECTED', 'Rollout', 'candidate_entropy',
    'clipped_surrogate_loss', 'crop_patches', 'diagnostics',
    'discounted_returns', 'draw_without_replacement', 'full_precision',
    'grid_offsets', 'normalize_returns', 'patch_boxes', 'patch_corners',
    'random_inds', 'random_offsets', 'set_log_prob',
    'solve_keep_threshold', 'top_inds', 'uniform_inds', 'value_loss'
]
