"""Recognise one's own videos: ``python -m mmaction_sampler.infer --help``."""
import sys

from mmaction_sampler.apis.infer import main

if __name__ == '__main__':
    sys.exit(main())
