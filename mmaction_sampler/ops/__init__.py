"""Pure tensor functions: no ``nn.Module``, no registry, no input/output."""
from .bilinear_patch import bilinear_patches, offset_boxes
from .frame_order import coarse_to_fine_order
from .frame_sampling import (MAX_EXACT_SELECTED, candidate_entropy,
                             draw_without_replacement, full_precision,
                             random_inds, set_log_prob, top_inds,
                             uniform_inds)

__all__ = [
    'MAX_EXACT_SELECTED', 'bilinear_patches', 'candidate_entropy',
    'coarse_to_fine_order', 'draw_without_replacement', 'full_precision',
    'offset_boxes', 'random_inds', 'set_log_prob', 'top_inds', 'uniform_inds'
]
