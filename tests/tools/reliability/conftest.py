"""Scripts are not installed: put their folder on the path."""
import sys

from helpers import REPOSITORY

sys.path.insert(0, str(REPOSITORY / 'tools' / 'reliability'))
