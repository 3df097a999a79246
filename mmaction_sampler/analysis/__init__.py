"""What a network costs; independent of the rest of the package."""
from .cost_report import cost_report, cost_table
from .macs import ComponentCost, count_macs

__all__ = ['ComponentCost', 'cost_report', 'cost_table', 'count_macs']
