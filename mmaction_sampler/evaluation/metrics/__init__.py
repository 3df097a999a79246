from .cost_metric import CostMetric

__all__ = ['CostMetric']
