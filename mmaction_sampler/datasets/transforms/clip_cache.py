"""Features of clips, from the cache or computed."""
from typing import Callable, Dict, Iterable, List, Optional

import numpy as np

from ..feature_cache import FeatureCache, file_key

Arrays = Dict[str, np.ndarray]


def clips_of(results: dict) -> np.ndarray:
    """Frame numbers of the clips in a pipeline's dict.

    Args:
        results (dict): With ``frame_inds``, ``num_clips`` and ``clip_len``.

    Returns:
        np.ndarray: int64 ``(num_clips, clip_len)``.
    """
    return np.asarray(results['frame_inds'], np.int64).reshape(
        results['num_clips'], results['clip_len'])


def load_clips(cache: Optional[FeatureCache], filename: str,
               clips: np.ndarray,
               compute: Callable[[np.ndarray], Iterable[Arrays]],
               detail: str = '') -> Arrays:
    """Features of clips, computed for those alone that are not cached.

    Args:
        cache (FeatureCache, optional): One entry for each clip; None to
            compute all.
        filename (str): The video.
        clips (np.ndarray): Frame numbers ``(n, L)``.
        compute (Callable): Takes some of the clips ``(m, L)`` and gives the
            arrays of each, in order.
        detail (str): What the features depend on besides the frames and the
            cache's version. Defaults to nothing.

    Returns:
        dict[str, np.ndarray]: The arrays of all clips, each with a first
        dimension of n.
    """
    found: List[Optional[Arrays]] = [None] * len(clips)
    keys: List[str] = []
    if cache is not None:
        video = f'{file_key(filename)}:{detail}' if detail else (
            file_key(filename))
        keys = [f'{video}:{",".join(map(str, c))}' for c in clips.tolist()]
        found = [cache.get(key) for key in keys]
    missing = [i for i, arrays in enumerate(found) if arrays is None]
    if missing:
        for i, arrays in zip(missing, compute(clips[missing])):
            found[i] = arrays
            if cache is not None:
                cache.put(keys[i], arrays)
    return {name: np.stack([arrays[name] for arrays in found])
            for name in found[0]}
