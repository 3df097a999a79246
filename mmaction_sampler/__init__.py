"""Learned sampling of frames, patches and clips for MMAction2.

Importing this package checks the versions below it, mends what is broken
there, and registers every module in MMAction2's registries.
"""
import sys

from . import compat, stack
from .version import __version__

# `python -m mmaction_sampler.env` imports this package first and has to run
# where the rest cannot be imported: it says what is missing.
if 'mmaction_sampler.env' not in sys.orig_argv:
    stack.check()
    compat.apply()
    from . import datasets, engine, evaluation, models, structures

__all__ = ['__version__']
