"""What forked processes find out together."""
import copy
import os
import pickle
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from mmaction_sampler.datasets import shared_reasons
from mmaction_sampler.datasets.shared_reasons import SharedReasons

NAME = 'é\r\n\u2028 {}.mp4'


def add_some(first: int) -> int:
    """Add 50 reasons in a fork; gives the number that it knows of all."""
    for number in range(first, first + 50):
        reasons.add(NAME.format(number), f'{number}' * 99)
    return sum(reasons.get(NAME.format(i)) is not None for i in range(200))


@pytest.fixture(autouse=True)
def shared(monkeypatch) -> SharedReasons:
    """An object that forks take with them."""
    made = SharedReasons({'a.mp4': 'known'})
    monkeypatch.setitem(globals(), 'reasons', made)
    return made


def test_forks_tell_each_other(shared) -> None:
    """At the same time, and those that come later."""
    context = get_context('fork')
    assert shared.get('a.mp4') == 'known' and shared.get('b.mp4') is None
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        list(pool.map(add_some, (0, 50, 100)))
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert pool.submit(add_some, 150).result() == 200
    for number in range(200):
        assert shared.get(NAME.format(number)) == f'{number}' * 99


@pytest.mark.parametrize('duplicate', [
    copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
def test_copies_are_their_own(shared, duplicate) -> None:
    shared.add('b.mp4', 'added')
    other = duplicate(shared)
    assert (other.get('a.mp4'), other.get('b.mp4')) == ('known', 'added')
    other.add('c.mp4', 'later')
    assert shared.get('c.mp4') is None


def test_the_file_is_closed_with_its_object() -> None:
    before = os.listdir('/dev/fd')
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        made = SharedReasons({})
        assert len(os.listdir('/dev/fd')) == len(before) + 1
        del made
    assert os.listdir('/dev/fd') == before


def test_systems_without_files_in_memory(monkeypatch) -> None:
    monkeypatch.delattr(shared_reasons.os, 'memfd_create')
    alone = SharedReasons({})
    alone.add('b.mp4', 'added')
    assert alone.get('b.mp4') == 'added'
