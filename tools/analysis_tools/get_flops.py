"""Print what one video costs a recognizer, component by component.

Counts the multiply-adds of the networks that testing runs, from the config
alone: no data and no weights are needed. Where the cost differs from video to
video (OCSampler+), ``--shares`` says how common each number of selected units
is; by default all are equally common.
"""
import argparse
import json
import re
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope

from mmaction_sampler.analysis import ComponentCost, cost_report, cost_table
from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.input_shape import add_shape_option, input_shape
from mmaction_sampler.models.classifier import clip_cost


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file of the recognizer')
    add_shape_option(parser)
    parser.add_argument(
        '--shares', nargs='+', metavar='N=SHARE',
        help='dynamic models: share of the videos of which N units are '
        'selected, in any unit, such as 1=0.6 3=0.4')
    parser.add_argument('--json', help='write the report to this file, too')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='override settings of the config, as key=value')
    return parser.parse_args(argv)


def parse_shares(texts: List[str]) -> Dict[int, float]:
    """What ``--shares`` gave.

    Args:
        texts (list[str]): Items such as ``'3=0.4'``.

    Returns:
        dict[int, float]: Selected units -> share, scaled to a sum of 1.

    Raises:
        ValueError: If an item has another form, or the sum is not positive.
    """
    shares = {}
    for text in texts:
        match = re.fullmatch(r'(\d+)=(\d*\.?\d+)', text)
        if not match:
            raise ValueError(
                f'--shares takes items such as 3=0.4, but got {text!r}')
        shares[int(match[1])] = float(match[2])
    total = sum(shares.values())
    if not total:
        raise ValueError('--shares must have a positive sum')
    return {number: share / total for number, share in shares.items()}


def tested_clips(cfg: Config) -> Tuple[int, int]:
    """Number and length of the clips of which an average is tested.

    Args:
        cfg (Config): Config of a recognizer without components.

    Returns:
        tuple[int, int]: ``num_clips`` and ``clip_len``.

    Raises:
        ValueError: If the test pipeline samples no clips.
    """
    for transform in cfg.get('test_pipeline', []):
        if transform.type == 'SampleFrames' and transform.clip_len > 1:
            return transform.get('num_clips', 1), transform.clip_len
    raise ValueError(
        f'{cfg.model.type} has no components, and its test pipeline no '
        f'SampleFrames with a clip_len above 1: its cost is not known')


def measure_costs(cfg: Config, height: int, width: int,
                  shares: Optional[Dict[int, float]] = None
                  ) -> Dict[str, ComponentCost]:
    """Build the model of a config and trace its components.

    Args:
        cfg (Config): Config of a recognizer, from :func:`read_config`.
        height (int): H of the input frames, pixels.
        width (int): W of the input frames, pixels.
        shares (dict[int, float], optional): See :func:`parse_shares`.

    Returns:
        dict[str, ComponentCost]: Mean over videos, by component.

    Raises:
        ValueError: If there are shares for a model without choice, or a
            recognizer of MMAction2's is tested on something else than clips.
    """
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    from mmaction.registry import MODELS
    model = MODELS.build(cfg.model).eval()
    if not hasattr(model, 'component_costs'):
        return dict(recognizer=clip_cost(
            model, *tested_clips(cfg), height, width))
    if shares is None:
        return model.component_costs(height, width)
    if not hasattr(model, 'expected_costs'):
        raise ValueError(
            f'{type(model).__name__} selects as many units of every video: '
            f'leave --shares out')
    return model.expected_costs(height, width, shares)


def main(argv: Optional[List[str]] = None) -> None:
    """Measure, print and write the report."""
    args = parse_args(argv)
    cfg = read_config(args.config, args.cfg_options)
    height, width = input_shape(cfg, args.shape)
    shares = parse_shares(args.shares) if args.shares else None
    costs = measure_costs(cfg, height, width, shares)
    print(cost_table(costs, 0, (height, width)))
    if args.json:
        report = cost_report(costs)
        if shares:
            report['shares'] = shares
        text = json.dumps(report, indent=2) + '\n'
        Path(args.json).write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
