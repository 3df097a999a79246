from .in_place import InPlaceDataPreprocessor

__all__ = ['InPlaceDataPreprocessor']
