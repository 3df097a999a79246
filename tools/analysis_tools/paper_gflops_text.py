"""The words of docs/gflops.md around its tables."""
HEADER = """# GFLOPs of the papers' tables, recomputed

Written by `python tools/analysis_tools/paper_gflops.py --out docs/gflops.md`
from `tools/analysis_tools/paper_gflops.yml`; needs no data and no weights.

GFLOPs are multiply-adds / 1e9 per video, of the networks that testing runs,
counted as MMEngine's analyser counts them (pooling included), BatchNorm as
the one multiply-add an element that it is, plus recurrent layers and
attention. The difference is ours less the paper's.
"""
STATED = """
## Settings that are known, or the paper's defaults
"""
SEARCHED = """
## Settings that are not stated

For every input size the number of frames N whose cost comes nearest, once with
all components counted and once with the classifier alone. T is 10, or N where
that is more; a policy that selects would need a larger T, which costs 0.10
GFLOPs a candidate. A near figure does not show that the authors used that
setting.
"""
IMPLIED = """
## Mean number of frames that a figure implies

For selections whose size differs from video to video: the printed figure less
what every video costs, over the cost of a frame or a patch.
"""
EXECUTED = """
## AdaFocus+ as executed

Five videos of noise, random weights, and the threshold solved for the share
of patches to keep; the mean of what `predict` counted. The paper prints no
figure at known shares.
"""
