"""Processes that may crash or hang."""
import time
from typing import Callable, List

import pytest

# As in check_annotations.py: all tests of a process share its server.
PRELOAD = ['mmaction_sampler.datasets']


@pytest.fixture
def run(load: Callable, task: Callable[[str], str]) -> Callable:
    """Run the pretended decoder; outcomes in the order of the items."""
    watched = load('annotations.watched')

    def run(items: List[str], workers: int = 2, timeout: float = 60) -> list:
        return sorted(watched.run_watched(
            task, items, workers, timeout, PRELOAD))

    return run


def test_every_item_is_done_once(run):
    items = [f'{i}{"bad" if i % 3 == 0 else ""}' for i in range(20)]
    outcomes = run(items)
    assert [o.index for o in outcomes] == list(range(20))
    assert all(o.status == 'done' for o in outcomes)
    assert [o.value for o in outcomes] == [
        'bad' if i % 3 == 0 else '' for i in range(20)]


def test_more_processes_than_items(run):
    assert [o.status for o in run(['a'], workers=4)] == ['done']
    assert run([]) == []


@pytest.mark.parametrize('workers', [1, 2])
def test_a_crash_costs_the_item_that_crashed(run, workers):
    outcomes = run(['a', 'crash1', 'b', 'exit', 'crash2', 'c'], workers)
    assert [o.status for o in outcomes] == [
        'done', 'crashed', 'done', 'crashed', 'crashed', 'done']
    assert 'SIGSEGV' in outcomes[1].value
    assert 'status 3' in outcomes[3].value


def test_an_item_that_hangs_is_given_up(run):
    run(['a'])  # the server of processes is up
    begin = time.monotonic()
    outcomes = run(['hang1', 'a', 'hang2', 'b'], timeout=4)
    assert [o.status for o in outcomes] == [
        'timeout', 'done', 'timeout', 'done']
    assert outcomes[0].value == 'not read after 4 seconds'
    assert time.monotonic() - begin < 60


def test_an_error_of_the_program_stops_everything(run):
    with pytest.raises(RuntimeError, match='KeyError.*no such option'):
        run(['a', 'bug', 'b'])


def test_no_process_is_left(run, load, task):
    import multiprocessing
    outcomes = load('annotations.watched').run_watched(
        task, ['a', 'hang', 'b'], 2, 60, PRELOAD)
    next(outcomes)
    outcomes.close()
    assert multiprocessing.active_children() == []
