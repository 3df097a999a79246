import errno
import json
import os
import resource
import struct
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from mmaction_sampler.datasets.feature_cache import (ABANDONED_AFTER,
                                                     FeatureCache, file_key)

VERSION = dict(code=1, size=[4, 6])


@pytest.fixture
def cache(tmp_path):
    return FeatureCache(tmp_path, VERSION)


def arrays(value=1.):
    return dict(x=np.full((2, 3), value, np.float16),
                seen=np.array([True, False]), name=np.array('raw'))


def test_gives_back_what_was_put(cache):
    assert cache.get('a') is None
    cache.put('a', arrays())
    found = cache.get('a')
    assert set(found) == set(arrays())
    for name, array in arrays().items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
    cache.put('a', arrays(2.))
    assert cache.get('a')['x'][0, 0] == 2
    assert cache.get('b') is None


def test_colleagues_can_read_a_shared_cache(cache, tmp_path):
    (tmp_path / 'any').write_bytes(b'')
    cache.put('a', arrays())
    mode = (tmp_path / 'any').stat().st_mode
    assert cache.path('a').stat().st_mode == mode
    assert (cache.folder / 'version.json').stat().st_mode == mode


def test_entries_outlive_the_object(cache, tmp_path):
    cache.put('a', arrays())
    assert FeatureCache(tmp_path, dict(VERSION)).get('a') is not None


def test_other_parameters_are_another_version(cache, tmp_path):
    cache.put('a', arrays())
    other = FeatureCache(tmp_path, dict(VERSION, size=[4, 7]))
    assert other.get('a') is None
    version = json.loads((other.folder / 'version.json').read_text())
    assert version == dict(code=1, size=[4, 7])


@pytest.mark.parametrize('version', [{}, dict(x=object()),
                                     dict(x=float('nan'))])
def test_refuses_what_is_no_version(tmp_path, version):
    with pytest.raises(ValueError, match='version of a feature cache'):
        FeatureCache(tmp_path, version)


def in_directory(content, place, value):
    """Change a byte of what a zip file says of its first member."""
    place += content.index(b'PK\x01\x02')
    return content[:place] + bytes([value]) + content[place + 1:]


def without_first(content):
    """Let the directory begin at its second member."""
    second = content.index(b'PK\x01\x02', content.index(b'PK\x01\x02') + 4)
    end = content.index(b'PK\x05\x06')
    where = struct.pack('<II', end - second, second)
    return content[:end + 12] + where + content[end + 20:]


@pytest.mark.parametrize('damage', [
    lambda b: b'', lambda b: b[:50], lambda b: b[:-30],
    lambda b: b.replace(b'\x00\x3c', b'\x01\x3c'),
    lambda b: in_directory(b, 6, 109),  # a version that nobody can unpack
    lambda b: in_directory(b, 8, 1),  # encrypted
    lambda b: b.replace(b'seen.npy', b'been.npy'),
    without_first,
])
def test_damaged_entries_are_missing(cache, damage):
    cache.put('a', arrays())
    path = cache.path('a')
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get('a') is None
    cache.put('a', arrays())
    assert cache.get('a') is not None


def test_no_flipped_bit_changes_what_is_read(cache):
    cache.put('a', arrays())
    path = cache.path('a')
    whole = path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        found = cache.get('a')
        if found is not None:  # of what nobody reads, such as the time
            assert found.keys() == arrays().keys()
            for name, array in arrays().items():
                np.testing.assert_array_equal(found[name], array)


def test_a_disk_to_be_read_alone(tmp_path):
    FeatureCache(tmp_path, VERSION).put('a', arrays())
    entries = sorted(path for path in tmp_path.rglob('*') if path.is_file())
    times = [path.stat().st_mtime_ns for path in entries]
    with full_disk(), warnings.catch_warnings():
        warnings.simplefilter('error')
        assert FeatureCache(tmp_path, VERSION).get('a') is not None
    assert times == [path.stat().st_mtime_ns for path in entries]
    (tmp_path / 'file').touch()
    with pytest.warns(UserWarning, match='cannot be written to'):
        assert FeatureCache(tmp_path / 'file', VERSION).get('a') is None


def test_executes_nothing(cache, tmp_path):
    with pytest.raises(ValueError, match="array 'x' holds Python objects"):
        cache.put('a', dict(x=np.array([{}])))
    cache.put('b', arrays())
    np.savez(cache.path('b'), x=np.array([print], dtype=object))
    assert cache.get('b') is None


class Unwritable:
    """An array that fails while it is written."""
    dtype = np.dtype(float)

    def __init__(self, stop):
        self.stop = stop

    def __array__(self, dtype=None, copy=None):
        if not self.stop:
            self.stop = True
            return np.ones(3)
        raise KeyboardInterrupt


def test_interrupted_write_leaves_the_old_entry(cache):
    cache.put('a', arrays())
    with pytest.raises(KeyboardInterrupt):
        cache.put('a', dict(x=np.ones(1000), y=Unwritable(False)))
    assert set(cache.get('a')) == set(arrays())
    assert list((cache.folder / 'temporary').iterdir()) == []


@contextmanager
def full_disk():
    """No file of more than 2,000 bytes can be written.

    No fixture, within which pytest would write its own report.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.filterwarnings('error')
def test_full_disk_is_warned_about_once(cache, tmp_path):
    small, large = dict(x=np.ones(3)), dict(x=np.ones(10000))
    cache.put('a', small)
    with full_disk():
        with pytest.warns(UserWarning, match='cannot be written to .*too '
                          'large.*; make room on its disk, or give the'):
            cache.put('b', large)
        for _ in range(2):
            FeatureCache(tmp_path, VERSION).put('b', large)
    assert cache.get('a') is not None
    assert cache.get('b') is None
    assert list((cache.folder / 'temporary').iterdir()) == []


def _num_warnings(root):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        FeatureCache(root, VERSION).put('b', dict(x=np.ones(10000)))
    return len(caught)


def test_processes_share_the_warning(tmp_path):
    """Each video of a stream may be loaded in a process of its own."""
    with full_disk():
        counts = []
        for _ in range(2):
            with ProcessPoolExecutor(
                    1, mp_context=get_context('fork')) as pool:
                counts.append(pool.submit(_num_warnings, tmp_path).result())
        counts.append(_num_warnings(tmp_path))
    assert counts == [1, 0, 0]


def test_abandoned_files_are_removed(cache, tmp_path):
    for name, age in (('old', ABANDONED_AFTER + 60), ('young', 60)):
        path = cache.folder / 'temporary' / name
        path.touch()
        os.utime(path, (time.time() - age, ) * 2)
    FeatureCache(tmp_path, VERSION)
    left = [p.name for p in (cache.folder / 'temporary').iterdir()]
    assert left == ['young']


@pytest.mark.filterwarnings('error')
def test_abandoned_files_of_others_are_left(cache, tmp_path, monkeypatch):
    path = cache.folder / 'temporary' / 'old'
    path.touch()
    os.utime(path, (1, 1))

    def refuse(self):
        raise PermissionError(errno.EPERM, 'Operation not permitted', self)

    with monkeypatch.context() as patch:
        patch.setattr(Path, 'unlink', refuse)
        other = FeatureCache(tmp_path, VERSION)
    other.put('a', arrays())
    assert other.get('a') is not None and path.exists()


def _write_and_read(root):
    cache = FeatureCache(root, VERSION)
    for value in range(40):
        cache.put('a', dict(x=np.full(5000, value), y=np.full(9, value)))
        found = cache.get('a')
        # Whole, and of one writer, whichever it was.
        if found is None or len(set(found['x']) | set(found['y'])) != 1:
            return False
    return True


def test_concurrent_writers(tmp_path):
    context = get_context('fork')
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert all(pool.map(_write_and_read, [tmp_path] * 4))


def test_file_key_follows_the_content(tmp_path):
    path = tmp_path / 'video.mp4'
    path.write_bytes(b'1')
    key = file_key(path)
    assert file_key(str(path)) == key
    os.utime(path, (1, 1))
    assert file_key(path) != key
    with pytest.raises(FileNotFoundError):
        file_key(tmp_path / 'none.mp4')
