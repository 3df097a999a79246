"""How networks are run: faster, in parts, once only, and stopped at NaN."""
from .batch_parts import fitting_parts, readable
from .clip_map_cache import ClipMapCache
from .finite import (NonFiniteError, compute_finite,
                     refuse_non_finite_predictions)
from .folding import FoldedNetworks
from .memory_format import (feature_map, images_of_a_pass, last_map,
                            use_channels_last)

__all__ = [
    'ClipMapCache', 'FoldedNetworks', 'NonFiniteError', 'compute_finite',
    'feature_map', 'fitting_parts', 'images_of_a_pass', 'last_map', 'readable',
    'refuse_non_finite_predictions', 'use_channels_last'
]
