"""Live sources that fall silent are given up."""
import socket
import threading
import time
from pathlib import Path
from typing import Iterator

import pytest
from helpers_video import moving_texture, write_frames

from mmaction_sampler.datasets.video import VideoError
from mmaction_sampler.datasets.video.live import iter_live


@pytest.fixture(params=[0, 1], ids=['nothing', 'some frames'])
def silent_server(request, tmp_path: Path) -> Iterator[tuple]:
    """A server that gives the beginning of a film, and then nothing.

    Yields:
        tuple[str, int]: Its address, and whether it gives anything.
    """
    film = b''
    if request.param:
        film = write_frames(
            tmp_path / 'a.ts', moving_texture(60, 64, 64, (1, 0)),
            codec='mpeg2video').read_bytes()
    listener = socket.create_server(('127.0.0.1', 0))
    held = []

    def serve() -> None:
        connection, _ = listener.accept()
        held.append(connection)
        connection.sendall(film)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield (f'tcp://127.0.0.1:{listener.getsockname()[1]}', request.param)
    thread.join(5)
    for end in (*held, listener):
        end.close()


def test_a_silent_source_is_given_up(silent_server: tuple) -> None:
    address, gives = silent_server
    begin = time.monotonic()
    numbers = []
    where = 'after [1-9].* frames' if gives else 'at its beginning'
    with pytest.raises(VideoError, match=f'stream {address} gave nothing for '
                       f'1 s {where}; check that the camera'):
        for frame in iter_live(address, timeout=1.):
            numbers.append(frame.number)
    assert time.monotonic() - begin < 8
    assert bool(numbers) == bool(gives)


def test_the_time_must_be_positive() -> None:
    with pytest.raises(ValueError, match='timeout must be above 0, but is 0'):
        next(iter_live('a.mp4', timeout=0))


def test_a_file_with_colons(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_frames(tmp_path / 'a.mp4',
                 moving_texture(5, 32, 32, (1, 0))).rename('12:30:05.mp4')
    assert len(list(iter_live('12:30:05.mp4'))) == 5
