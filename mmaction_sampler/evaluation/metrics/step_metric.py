"""Accuracy after every frame or clip that was looked at."""
from typing import Dict, List, Optional, Sequence

import numpy as np
import torch
from mmaction.evaluation import mean_average_precision, top_k_accuracy
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric


@METRICS.register_module()
class StepMetric(BaseMetric):
    """Accuracy of stopping after 1, 2, ... frames or clips; AdaFocus Fig. 6.

    Metric names: ``step/top1_after_<k>``, or for videos with several labels
    ``step/mAP_after_<k>``. A video that left early keeps its prediction.

    Args:
        collect_device (str): ``'cpu'`` or ``'gpu'``, where results of
            several ranks are gathered. Defaults to ``'cpu'``.
        prefix (str, optional): Instead of ``'step'``. Defaults to None.
    """

    default_prefix = 'step'

    def __init__(self,
                 collect_device: str = 'cpu',
                 prefix: Optional[str] = None) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix)

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Keep scores and label of every sample.

        Args:
            data_batch (dict): Not used.
            data_samples (Sequence[dict]): Samples with ``step_scores``
                (float ``(steps, num_classes)``) and ``gt_label``.

        Raises:
            ValueError: If a sample has no ``step_scores``.
        """
        for sample in data_samples:
            if 'step_scores' not in sample:
                raise ValueError(
                    'StepMetric needs samples with step_scores, which '
                    'AdaFocus, AdaFocusV2 and FASTER give; remove it from '
                    'val_evaluator and test_evaluator')
            self.results.append({
                name: torch.as_tensor(sample[name]).cpu().numpy()
                for name in ('step_scores', 'gt_label')})

    def compute_metrics(self, results: List[Dict[str, np.ndarray]]
                        ) -> Dict[str, float]:
        """Accuracy after each step, over all videos.

        Args:
            results (list[dict]): One a video. A label is a class number,
                long ``(1, )``, or zeros and ones, float ``(num_classes, )``.

        Returns:
            dict[str, float]: The metrics, in [0, 1].
        """
        labels = [video['gt_label'] for video in results]
        steps = [video['step_scores'] for video in results]
        several = labels[0].dtype.kind == 'f'
        found = {}
        for step in range(max(map(len, steps))):
            scores = [known[min(step, len(known) - 1)] for known in steps]
            if several:
                found[f'mAP_after_{step + 1}'] = float(
                    mean_average_precision(scores, labels))
            else:
                found[f'top1_after_{step + 1}'] = float(top_k_accuracy(
                    scores, np.concatenate(labels), topk=(1, ))[0])
        return found
