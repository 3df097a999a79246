"""The size of the frames that a config's networks are given."""
import argparse
from typing import List, Optional, Tuple

from mmengine.config import Config


def add_shape_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--shape``, which :func:`input_shape` takes."""
    parser.add_argument(
        '--shape', type=int, nargs='+', metavar='PX',
        help='side, or height and width, of the input frames; by default '
        'what the test pipeline of the config produces')


def input_shape(cfg: Config,
                shape: Optional[List[int]] = None) -> Tuple[int, int]:
    """Height and width of the input frames.

    Args:
        cfg (Config): Config with a ``test_pipeline``, unless there is
            ``shape``.
        shape (list[int], optional): What ``--shape`` gave: side, or height
            and width, pixels. By default what the test pipeline produces.

    Returns:
        tuple[int, int]: Height and width, pixels.

    Raises:
        ValueError: If ``--shape`` gave something else, or no transform fixes
            the size.
    """
    if shape:
        if len(shape) > 2 or min(shape) < 1:
            raise ValueError(
                f'--shape takes a side, or height and width, in pixels, but '
                f'got {" ".join(map(str, shape))}')
        return shape[0], shape[-1]
    steps = [step for transform in cfg.get('test_pipeline', [])
             for step in transform.get('clip_pipeline', [transform])]
    for transform in reversed(steps):
        size = transform.get('crop_size') or (
            transform.get('scale')
            if not transform.get('keep_ratio', True) else None)
        if size:
            width, height = (size, size) if isinstance(size, int) else size
            return height, width
    raise ValueError(
        'the test pipeline fixes no frame size (CenterCrop, or Resize with '
        'keep_ratio=False); give --shape')
