"""Opening a video file, with errors that name it."""
import errno
from abc import abstractmethod
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Iterator, Mapping, NamedTuple, Optional, Type, Union

import av

#: Release of the decoders and encoders, such as ``'62.28.102'``.
CODEC_VERSION = '.'.join(map(str, av.library_versions['libavcodec']))

#: Formats by which FFmpeg would read files that nobody named.
_LISTS = ('concat', 'hls', 'dash', 'sdp', 'image2')
#: No fault of the file that is read.
_OF_A_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


class VideoError(ValueError):
    """A video file that cannot be read; the message names it."""


class Closing(AbstractContextManager):
    """What is closed at the end of a ``with`` statement."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    def __exit__(self, kind: Optional[Type[BaseException]],
                 error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()


class FileVersion(NamedTuple):
    """What tells versions of a file apart, of those who remember a file.

    Attributes:
        size (int): Bytes.
        mtime_ns (int): When it was changed last.
    """
    size: int
    mtime_ns: int


def file_version(filename: str) -> FileVersion:
    """Look which version of a file is there.

    Args:
        filename (str): Path of a video file.

    Returns:
        FileVersion: The version.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    path = Path(filename)
    if not path.is_file():
        raise FileNotFoundError(f'video {filename} does not exist')
    status = path.stat()
    return FileVersion(status.st_size, status.st_mtime_ns)


class OpenedVideo(NamedTuple):
    """A video file that is open.

    Attributes:
        container (av.container.InputContainer): The file.
        stream (av.VideoStream): Its first video stream.
    """
    container: av.container.InputContainer
    stream: av.VideoStream


def local_path(filename: Union[str, Path]) -> str:
    """A path that FFmpeg takes for nothing else.

    It reads a name like ``12:30:05.mp4`` as an address of a protocol "12".

    Args:
        filename (str | Path): Path of a file.

    Returns:
        str: The same file's absolute path.
    """
    return str(Path(filename).absolute())


def open_input(filename: Union[str, Path],
               options: Mapping[str, str] = {}
               ) -> av.container.InputContainer:
    """Open a file for reading.

    Args:
        filename (str | Path): Path of a file.
        options (dict): Options of FFmpeg's demuxer. Defaults to none.

    Returns:
        av.container.InputContainer: To be used in a ``with`` statement.

    Raises:
        av.error.FFmpegError: If it is no media file.
    """
    # Titles in another encoding than UTF-8 are no reason to refuse a video.
    return av.open(local_path(filename), options=dict(options),
                   metadata_errors='replace')


@contextmanager
def errors_name(filename: str) -> Iterator[None]:
    """Turn FFmpeg's errors into ones that name the file and the mend.

    Args:
        filename (str): The file that is being read.

    Raises:
        VideoError: In place of any error of FFmpeg.
        OSError: If a disk that is written to is full or not to be written.
    """
    try:
        yield
    except av.error.FFmpegError as error:
        if error.errno in _OF_A_DISK:
            raise
        raise VideoError(
            f'video {filename} cannot be decoded ({error.strerror}); encode '
            f'it again or remove it') from error


@contextmanager
def open_video(
    filename: str,
    codec_options: Mapping[str, str] = {},
    container_options: Mapping[str, str] = {}
) -> Iterator[OpenedVideo]:
    """Open a file for decoding its first video stream in one thread.

    More threads would corrupt H.264's motion vectors; data loaders decode
    several files at a time instead.

    Args:
        filename (str): Path of a video file.
        codec_options (dict): Options of FFmpeg's decoder. Defaults to none.
        container_options (dict): Options of FFmpeg's demuxer. Defaults to
            none.

    Yields:
        OpenedVideo: The container and its first video stream.

    Raises:
        FileNotFoundError: If there is no such file.
        VideoError: If it is no video, or anything in it cannot be decoded.
    """
    if not Path(filename).is_file():
        raise FileNotFoundError(f'video {filename} does not exist')
    with errors_name(filename), open_input(
            filename, container_options) as container:
        if container.format.name in _LISTS:
            raise VideoError(
                f'video {filename} is a list of other files '
                f'({container.format.name}); remove it from the list')
        if not container.streams.video:
            raise VideoError(
                f'video {filename} has no video stream; remove it from the '
                f'list')
        stream = container.streams.video[0]
        context = stream.codec_context
        if context is None:
            raise VideoError(
                f'the codec of video {filename} is unknown to this FFmpeg; '
                f'encode it again')
        context.thread_type = 'SLICE'
        context.thread_count = 1
        context.options = dict(codec_options)
        yield OpenedVideo(container, stream)
