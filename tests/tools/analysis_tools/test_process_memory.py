"""Memory is what the work itself takes, whatever was there before."""
import os
from functools import partial

import pytest
import torch

if not os.path.exists('/proc/self/status'):
    pytest.skip('needs /proc', allow_module_level=True)


@pytest.fixture
def tool(analysis_tool):
    return analysis_tool('process_memory')


def allocate(megabytes: int) -> torch.Tensor:
    """A tensor of this size, its memory really in use."""
    return torch.ones(megabytes * 250_000)


def test_peak_of_work_that_frees_its_memory(tool):
    # Afresh: this process may hold freed memory of other tests, to use again.
    memory = tool.in_fresh_process(
        tool.peak_memory, partial(os.urandom, 200_000_000), 'cpu')
    assert 190 < memory['rss_peak'] - memory['rss_before'] < 260
    assert memory['cuda_before'] is memory['cuda_peak'] is None


def test_an_earlier_peak_does_not_count(tool):
    allocate(200)
    memory = tool.peak_memory(lambda: None, 'cpu')
    assert memory['rss_peak'] - memory['rss_before'] < 50


def test_a_fresh_process_does_not_begin_with_our_peak(tool):
    held = allocate(600)
    ours = tool.peak_memory(int, 'cpu')
    memory = tool.in_fresh_process(tool.peak_memory, int, 'cpu')
    assert 0 < memory['rss_before'] <= memory['rss_peak']
    assert memory['rss_peak'] < ours['rss_before'] - 300
    del held


def test_a_fresh_process_gives_back_results_and_errors(tool):
    assert tool.in_fresh_process(os.getpid) != os.getpid()
    with pytest.raises(ValueError, match='invalid literal'):
        tool.in_fresh_process(int, 'seven')
