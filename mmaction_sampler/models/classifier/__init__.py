"""MMAction2 recognizers as recipients of what was selected."""
from .classifier import (ClassifierScores, add_prefix, classifier_input,
                         classify, clip_cost, fit_segments,
                         keep_full_precision, label_targets, take_frames)
from .clip_scorer import ClipScorer, classify_selected, confidence
from .correctness import correctness_ratios

__all__ = [
    'ClassifierScores', 'ClipScorer', 'add_prefix', 'classifier_input',
    'classify', 'classify_selected', 'clip_cost', 'confidence',
    'correctness_ratios', 'fit_segments', 'keep_full_precision',
    'label_targets', 'take_frames'
]
