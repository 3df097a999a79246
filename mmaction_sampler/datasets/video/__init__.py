"""Video files; nothing else in the package imports PyAV."""
from .reader import refuse_incomplete

__all__ = ['refuse_incomplete']
