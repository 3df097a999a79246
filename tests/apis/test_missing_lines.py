"""Missing lines in one process; test_score_clips.py has several."""
import logging
from pathlib import Path
from typing import Iterator, List

import pytest

from mmaction_sampler.apis import missing_lines
from mmaction_sampler.apis.missing_lines import Made, write_missing_lines
from mmaction_sampler.apis.selection_writer import SelectionWriter

ORIGIN = dict(config='c.py', settings_sha256='1', checkpoint='w.pth',
              checkpoint_sha256='2', split='test')
NAMES = {0: 'a', 2: 'b', 3: 'c'}
LOGGER = logging.getLogger('test_missing_lines')


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SelectionWriter]:
    with SelectionWriter(str(tmp_path / 'out.jsonl'), ORIGIN) as writer:
        yield writer


def record(path: str) -> dict:
    return dict(path=path, total_frames=9, frame_inds=[1])


def test_only_what_is_missing_is_made(
        writer: SelectionWriter, caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch) -> None:
    writer.write([record('b')])
    monkeypatch.setattr(missing_lines, '_SECONDS_BETWEEN_LOGS', -1.)

    def make(todo: List[int]) -> Iterator[Made]:
        assert todo == [0, 3]
        yield [record('a')], {}
        yield [], {'videos/c': 'damaged'}

    with caplog.at_level(logging.INFO, LOGGER.name):
        write_missing_lines(writer, NAMES, make, 'mend', LOGGER)
    assert writer.written == {'a', 'b'}
    assert len(writer.path.read_text().splitlines()) == 2
    assert [r.getMessage() for r in caplog.records] == [
        '3 videos, 1 of them have a line already',
        *['2 of 3 videos have a line'] * 2,
        'broken video: videos/c: damaged',
        f'{writer.path} has 2 lines; 1 broken video(s) have none']
    assert caplog.records[-2].levelno == logging.WARNING


def test_not_one_video(writer: SelectionWriter) -> None:
    with pytest.raises(RuntimeError, match=(
            'none of the videos could be decoded, one is x/a; look there')):
        write_missing_lines(
            writer, NAMES, lambda todo: iter([([], {'x/a': 'gone'})]),
            'look there', LOGGER)
