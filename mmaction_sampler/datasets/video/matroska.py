"""Whether all of a Matroska or WebM file is there.

These containers do not say how many frames they hold, but how long they are.
"""
from pathlib import Path
from typing import BinaryIO, Optional

_MAGIC, _SEGMENT = b'\x1aE\xdf\xa3', b'\x18S\x80g'


def missing_bytes(filename: str) -> int:
    """How much of a Matroska file is missing at its end.

    Args:
        filename (str): Path of any file.

    Returns:
        int: Bytes; 0 of other files, and where the file does not say how
        long it is, as live streams do not.
    """
    with open(filename, 'rb') as file:
        if file.read(4) != _MAGIC:
            return 0
        header = _read_size(file)
        if header is None:
            return 0
        file.seek(header, 1)
        if file.read(4) != _SEGMENT:
            return 0
        content = _read_size(file)
        if content is None:
            return 0
        end = file.tell() + content
    return max(end - Path(filename).stat().st_size, 0)


def _read_size(file: BinaryIO) -> Optional[int]:
    """A number whose leading zeros say how many bytes it has; or unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    value = int.from_bytes(first + file.read(length - 1), 'big')
    bits = 7 * length
    value &= (1 << bits) - 1
    return None if value == (1 << bits) - 1 else value
