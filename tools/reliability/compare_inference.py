"""Does a recognizer select the same in another precision, or compiled?

``python tools/reliability/compare_inference.py CONFIG CHECKPOINT --against
bf16`` predicts every video of the config's test set twice, as it is and
under autocast or ``torch.compile``, and prints the share of videos of which
both select the same units, boxes included, and call the same class.
"""
import argparse
import contextlib
import json
import sys
from typing import ContextManager, List, Optional

import mmaction_sampler  # noqa: F401
import torch
from mmaction_sampler.apis.compilation import compile_for_testing
from mmaction_sampler.apis.config_edits import read_config
from mmaction_sampler.apis.load_recognizer import load_recognizer
from mmaction_sampler.models.recognizers import ComponentRecognizer
from mmaction.structures import ActionDataSample
from mmengine.config import DictAction
from mmengine.device import get_device
from mmengine.runner import Runner

_DTYPES = dict(bf16=torch.bfloat16, fp16=torch.float16)


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('config')
    parser.add_argument('checkpoint')
    parser.add_argument(
        '--against', choices=('bf16', 'fp16', 'compile', 'itself'),
        default='bf16')
    parser.add_argument('--split', choices=('val', 'test'), default='test')
    parser.add_argument(
        '--backend', default='inductor', help='of torch.compile')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    return parser.parse_args(argv)


def other_side(model: ComponentRecognizer, args: argparse.Namespace
               ) -> ContextManager:
    """What the second prediction runs under."""
    if args.against in _DTYPES:
        return torch.autocast(get_device(), dtype=_DTYPES[args.against])
    return contextlib.nullcontext()


def same_selection(one: ActionDataSample, other: ActionDataSample) -> bool:
    """Whether both selected the same units, in the same places."""
    a, b = one.selection, other.selection
    if a.inds.tolist() != b.inds.tolist():
        return False
    return 'boxes' not in a or torch.equal(
        a.boxes.float().round(), b.boxes.float().round())


def main(argv: Optional[List[str]] = None) -> int:
    """Predict, compare and print."""
    args = parse_args(argv)
    cfg = read_config(args.config, args.cfg_options)
    model = load_recognizer(cfg, args.checkpoint)
    compiled = load_recognizer(cfg, args.checkpoint)
    if args.against == 'compile':
        if args.backend == 'inductor':
            compile_for_testing(compiled)
        else:
            compiled.compile(backend=args.backend)
    loader = Runner.build_dataloader(cfg[f'{args.split}_dataloader'])
    counts = dict(videos=0, same_selection=0, same_class=0)
    largest = 0.
    with torch.no_grad():
        for data in loader:
            # Predictions fill in the samples that they are given.
            plain = [s.clone() for s in model.test_step(dict(
                data, data_samples=[s.clone()
                                    for s in data['data_samples']]))]
            with other_side(model, args):
                others = compiled.test_step(data)
            for one, other in zip(plain, others):
                if 'pred_score' not in one:
                    continue
                counts['videos'] += 1
                counts['same_selection'] += same_selection(one, other)
                counts['same_class'] += int(
                    one.pred_score.argmax() == other.pred_score.argmax())
                largest = max(largest, float(
                    (one.pred_score - other.pred_score).abs().max()))
    share = counts['same_selection'] / max(counts['videos'], 1)
    print(json.dumps(dict(
        against=args.against, split=args.split, **counts,
        share_of_same_selections=round(share, 4),
        largest_difference_of_a_score=round(largest, 6))))
    return 0


if __name__ == '__main__':
    sys.exit(main())
