"""What a tested video costs, component by component."""
import json
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

from mmaction.registry import HOOKS
from mmaction.structures import ActionDataSample
from mmengine.dist import (all_gather_object, collect_results,
                           is_main_process)
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
    the run's log folder. Of several ranks, videos that fill up the last one
    are left out, as the metrics leave them out.
    """

    def __init__(self) -> None:
        self._macs: List[Dict[str, float]] = []
        self._size: Optional[Tuple[int, int]] = None

    def before_test_epoch(self, runner: Runner) -> None:
        """Begin a new mean."""
        self._macs, self._size = [], None

    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: Optional[dict] = None,
                        outputs: Optional[Sequence] = None) -> None:
        """Add the cost of the predicted samples."""
        for sample in outputs or []:
            if 'cost' not in sample:
                return  # a recognizer without components
            self._macs.append(sample.cost)
        if outputs:
            self._size = _frame_size(outputs[0], data_batch['inputs'])

    def after_test_epoch(self,
                         runner: Runner,
                         metrics: Optional[Dict[str, float]] = None) -> None:
        """Print the table of means over all videos of all ranks."""
        sizes = [size for size in all_gather_object(self._size) if size]
        videos = collect_results(
            self._macs, len(runner.test_dataloader.dataset), 'cpu')
        if not videos or not is_main_process():
            return
        units = unwrapped(runner.model).component_costs(*sizes[0])
        named = {name for macs in videos for name in macs}
        costs = {
            name: ComponentCost(
                unit.unit_macs,
                sum(macs.get(name, 0.) for macs in videos) / len(videos)
                / unit.unit_macs)
            for name, unit in units.items() if name in named
        }
        runner.logger.info('\n' + cost_table(costs, len(videos), sizes[0]))
        path = Path(runner.log_dir) / 'flops.json'
        path.write_text(json.dumps(cost_report(costs), indent=2))


def _frame_size(sample: ActionDataSample, inputs: Sequence) -> Tuple[int, int]:
    """Height and width of the classified frames, pixels."""
    if 'input_shape' in sample:  # the inputs are no tensors
        return sample.input_shape
    readable = [x for x in inputs if x.numel()]
    return tuple(readable[0].shape[-2:])
