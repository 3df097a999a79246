"""What a tested video costs, component by component."""
import json
from pathlib import Path
from typing import Dict, Optional, Sequence, Tuple

from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from mmengine.dist import all_gather_object, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmaction_sampler.analysis import (ComponentCost, cost_report,
                                       cost_table)
from mmaction_sampler.models.wrapper import unwrapped


@HOOKS.register_module()
class FLOPsHook(Hook):
    """Print and save the mean multiply-adds of the tested videos.

    Adds up the ``cost`` of every tested sample, that is, of calls that were
    made. GFLOPs are multiply-adds / 1e9, as in the papers, counted as
    MMEngine's analyser does, BatchNorm as one multiply-add an element, plus
    recurrent layers and attention. The table also goes to ``flops.json`` in
    the run's log folder.
    """

    def __init__(self) -> None:
        self._macs: Dict[str, float] = {}
        self._num_videos = 0
        self._size: Optional[Tuple[int, int]] = None

    def before_test_epoch(self, runner: Runner) -> None:
        """Begin a new sum."""
        self._macs, self._num_videos, self._size = {}, 0, None

    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: Optional[dict] = None,
                        outputs: Optional[Sequence] = None) -> None:
        """Add the cost of the predicted samples."""
        for sample in outputs or []:
            if 'cost' not in sample:
                return  # a recognizer without components
            self._num_videos += 1
            for name, macs in sample.cost.items():
                self._macs[name] = self._macs.get(name, 0.) + macs
        if outputs:
            self._size = _frame_size(outputs[0], data_batch['inputs'])

    def after_test_epoch(self,
                         runner: Runner,
                         metrics: Optional[Dict[str, float]] = None) -> None:
        """Print the table of means over all videos of all ranks."""
        parts = all_gather_object((self._macs, self._num_videos, self._size))
        num_videos = sum(part[1] for part in parts)
        if not num_videos or not is_main_process():
            return
        size = next(part[2] for part in parts if part[2])
        total: Dict[str, float] = {}
        for macs, _, _ in parts:
            for name, value in macs.items():
                total[name] = total.get(name, 0.) + value
        model = unwrapped(runner.model)
        units = model.component_costs(*size)
        costs = {
            name: ComponentCost(unit.unit_macs,
                                total[name] / num_videos / unit.unit_macs)
            for name, unit in units.items() if name in total
        }
        runner.logger.info('\n' + cost_table(costs, num_videos, size))
        path = Path(runner.log_dir) / 'flops.json'
        path.write_text(json.dumps(cost_report(costs), indent=2))


def _frame_size(sample: ActionDataSample, inputs: Sequence) -> Tuple[int, int]:
    """Height and width of the classified frames, pixels."""
    if 'input_shape' in sample:  # the inputs are no tensors
        return sample.input_shape
    readable = [x for x in inputs if x.numel()]
    return tuple(readable[0].shape[-2:])
