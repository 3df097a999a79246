"""Annotation lists: what ``convert_annotations.py`` and
``check_annotations.py`` share, and one module for each data set."""
