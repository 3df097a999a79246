"""Freed memory is there for the next batch."""
import os
import platform
import subprocess
import sys

import pytest

FAULTS = '''
import resource
import sys

import torch
from mmaction_sampler.apis.freed_memory import keep_freed_memory


def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


print(sys.argv[1] == 'keep' and keep_freed_memory())
def use_ten_blocks():
    for _ in range(10):
        torch.zeros(2 ** 24).add_(1)  # 64 MB


use_ten_blocks()  # what lies between blocks splits the heap at first
before = faults()
use_ten_blocks()
print(faults() - before)
'''


def page_faults(mode: str, **variables: str) -> tuple:
    """What keep_freed_memory said, and page faults of ten 64 MB blocks."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith('MALLOC_')}
    result = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', FAULTS, mode],
        env=dict(environment, OMP_NUM_THREADS='1', **variables),
        capture_output=True, text=True, check=True)
    kept, faults = result.stdout.split()[-2:]
    return kept == 'True', int(faults)


@pytest.mark.skipif(
    platform.libc_ver()[0] != 'glibc', reason='glibc only')
def test_blocks_are_used_again():
    kept, faults = page_faults('keep')
    assert kept
    assert faults < page_faults('do not')[1] / 4


def test_the_users_own_settings_stay():
    assert not page_faults('keep', MALLOC_MMAP_THRESHOLD_='1000000')[0]
