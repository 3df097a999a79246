from .aggregator import AggregationState, Aggregator
from .average_aggregator import AverageAggregator
from .concat_aggregator import ConcatAggregator
from .fast_gru import FastGRU, GatedAggregator, GRUAggregator
from .lstm_aggregator import LSTMAggregator

__all__ = [
    'AggregationState', 'Aggregator', 'AverageAggregator', 'ConcatAggregator',
    'FastGRU', 'GRUAggregator', 'GatedAggregator', 'LSTMAggregator'
]
