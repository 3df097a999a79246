"""Files are there whole or not at all."""
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from mmaction_sampler.whole_file import unique_name, whole_file


def test_the_file_is_there_when_all_is_written(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_text('old')
    with whole_file(path) as part:
        part.write_text('new')
        assert path.read_text() == 'old'
    assert path.read_text() == 'new'
    assert os.listdir(tmp_path) == ['a.txt']


@pytest.mark.parametrize('error', [ValueError, KeyboardInterrupt])
def test_an_interruption_leaves_what_was_there(tmp_path, error):
    path = tmp_path / 'a.txt'
    path.write_text('old')
    with pytest.raises(error), whole_file(str(path)) as part:
        part.write_text('ne')
        raise error
    assert path.read_text() == 'old'
    assert os.listdir(tmp_path) == ['a.txt']


def test_others_may_read_what_they_may_read_of_any_file(tmp_path):
    (tmp_path / 'any').write_text('')
    with whole_file(tmp_path / 'a', tmp_path / unique_name()) as part:
        part.write_text('')
    assert (tmp_path / 'a').stat().st_mode == (tmp_path / 'any').stat().st_mode


def test_names_are_unique_in_threads():
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda _: unique_name(), range(100)))
    assert len(set(names)) == 100
