"""Print what one video costs a recognizer, component by component.

Counts the multiply-adds of the networks that testing runs, from the config
alone: no data and no weights are needed.
"""
import argparse
import json
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope

from mmaction_sampler.analysis import ComponentCost, cost_report, cost_table


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file of the recognizer')
    add_shape_option(parser)
    parser.add_argument('--json', help='write the report to this file, too')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='override settings of the config, as key=value')
    return parser.parse_args(argv)


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
        ValueError: If no transform fixes the size.
    """
    if shape:
        return shape[0], shape[-1]
    for transform in reversed(cfg.get('test_pipeline', [])):
        size = transform.get('crop_size') or (
            transform.get('scale')
            if not transform.get('keep_ratio', True) else None)
        if size:
            width, height = (size, size) if isinstance(size, int) else size
            return height, width
    raise ValueError(
        'the test pipeline fixes no frame size (CenterCrop, or Resize with '
        'keep_ratio=False); give --shape')


def measure_costs(cfg: Config, height: int,
                  width: int) -> Dict[str, ComponentCost]:
    """Build the model of a config and trace its components.

    Args:
        cfg (Config): Config of a recognizer.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.

    Returns:
        dict[str, ComponentCost]: Cost by component, per video.
    """
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    from mmaction.registry import MODELS
    return MODELS.build(cfg.model).eval().component_costs(height, width)


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write the report."""
    args = parse_args(argv)
    cfg = Config.fromfile(args.config)
    if args.cfg_options:
        cfg.merge_from_dict(args.cfg_options)
    height, width = input_shape(cfg, args.shape)
    costs = measure_costs(cfg, height, width)
    print(cost_table(costs, 0, (height, width)))
    if args.json:
        report = json.dumps(cost_report(costs), indent=2)
        Path(args.json).write_text(report + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
