"""What is taken for the fault of a file."""
from pathlib import Path
from typing import Callable

import pytest
from helpers import write_video


@pytest.mark.parametrize('error, reason', [
    (MemoryError(), 'MemoryError'),
    (KeyError('moov'), "KeyError 'moov'"),
])
def test_any_error_of_one_file_is_its_fault(
        load: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        error: Exception, reason: str) -> None:
    """Raised, it would end the check of all files without a report."""
    decoding = load('annotations.decoding')

    def fail(results: dict) -> dict:
        raise error

    video = str(write_video(tmp_path / 'a.mp4'))
    assert decoding.why_unreadable(video, 'first', 1) == ''
    monkeypatch.setattr(decoding, '_first_frame', fail)
    found = decoding.why_unreadable(video, 'first', 1)
    assert found == (
        f'cannot be decoded ({reason}); encode it again or remove it')


def test_errors_of_the_program_are_raised(
        load: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
        ) -> None:
    decoding = load('annotations.decoding')

    def fail(results: dict) -> dict:
        raise ImportError('no decoder')

    monkeypatch.setattr(decoding, '_first_frame', fail)
    with pytest.raises(ImportError, match='no decoder'):
        decoding.why_unreadable(
            str(write_video(tmp_path / 'a.mp4')), 'first', 1)
