from .cost_metric import CostMetric
from .step_metric import StepMetric

__all__ = ['CostMetric', 'StepMetric']
