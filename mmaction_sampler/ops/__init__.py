"""Pure tensor functions: no ``nn.Module``, no registry, no input/output."""
from .bilinear_patch import bilinear_patches, offset_boxes
from .conditional_exit import (ExitCriterion, exit_confidence, exit_steps,
                               geometric_shares, solve_exit_thresholds,
                               thresholds_for_shares)
from .frame_order import coarse_to_fine_order
from .frame_sampling import (MAX_EXACT_SELECTED, candidate_entropy,
                             draw_without_replacement, full_precision,
                             random_inds, set_log_prob, top_inds,
                             uniform_inds)

__all__ = [
    'ExitCriterion', 'MAX_EXACT_SELECTED', 'bilinear_patches',
    'candidate_entropy', 'coarse_to_fine_order', 'draw_without_replacement',
    'exit_confidence', 'exit_steps', 'full_precision', 'geometric_shares',
    'offset_boxes', 'random_inds', 'set_log_prob', 'solve_exit_thresholds',
    'thresholds_for_shares', 'top_inds', 'uniform_inds'
]
