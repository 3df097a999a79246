from .clip_data_preprocessor import ClipDataPreprocessor
from .in_place import InPlaceDataPreprocessor

__all__ = ['ClipDataPreprocessor', 'InPlaceDataPreprocessor']
