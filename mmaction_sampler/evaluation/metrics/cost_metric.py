"""Mean cost and number of selected units, beside the accuracy."""
from typing import Dict, List, Optional, Sequence

from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric


@METRICS.register_module()
class CostMetric(BaseMetric):
    """Mean GFLOPs per video, whole and by component, and units selected.

    GFLOPs are executed multiply-adds / 1e9. Metric names: ``cost/gflops``,
    ``cost/gflops_<component>``, ``cost/num_selected``.

    Args:
        collect_device (str): ``'cpu'`` or ``'gpu'``, where results of
            several ranks are gathered. Defaults to ``'cpu'``.
        prefix (str, optional): Instead of ``'cost'``. Defaults to None.
    """

    default_prefix = 'cost'

    def __init__(self,
                 collect_device: str = 'cpu',
                 prefix: Optional[str] = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Keep cost and number of selected units of every sample.

        Args:
            data_batch (dict): Not used.
            data_samples (Sequence[dict]): Samples with ``cost`` (component
                -> multiply-adds) and ``selection``.

        Raises:
            ValueError: If a sample has none.
        """
        for sample in data_samples:
            if 'cost' not in sample:
                raise ValueError(
                    'CostMetric needs samples with cost and selection, which '
                    "mmaction_sampler's recognizers give; remove it from "
                    'val_evaluator and test_evaluator')
            self.results.append(
                dict(cost=sample['cost'],
                     num_selected=len(sample['selection']['inds'])))

    def compute_metrics(self, results: List[dict]) -> Dict[str, float]:
        """Mean over the videos.

        Args:
            results (list[dict]): One a video.

        Returns:
            dict[str, float]: The metrics.

        Raises:
            ValueError: If there is no video.
        """
        if not results:
            raise ValueError(
                'CostMetric has no video to take the mean of: the data '
                'loader gave none, or none was recognised; check ann_file, '
                'data_prefix and indices of the dataset')
        names = sorted({name for r in results for name in r['cost']})
        gflops = {
            f'gflops_{name}':
            sum(r['cost'].get(name, 0.) for r in results) / len(results) / 1e9
            for name in names
        }
        num_selected = sum(r['num_selected'] for r in results) / len(results)
        return dict(
            gflops=sum(gflops.values()), **gflops, num_selected=num_selected)
