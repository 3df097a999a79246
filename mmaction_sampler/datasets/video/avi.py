"""Whether all of an AVI file is there.

Its header counts ticks of its clock, which may be more than the frames; FFmpeg
passes over ticks without a frame, and at the end nothing shows them.
"""
from pathlib import Path


def is_whole_avi(filename: str) -> bool:
    """Whether a file is AVI, and as long as it says.

    Args:
        filename (str): Path of any file.

    Returns:
        bool: False also where the file does not say how long it is, as
        recordings that were broken off do not.
    """
    size, end = Path(filename).stat().st_size, 0
    with open(filename, 'rb') as file:
        while end < size:  # of more than 1 GB, one part after the other
            file.seek(end)
            head = file.read(12)
            if head[:4] != b'RIFF' or head[8:] not in (b'AVI ', b'AVIX'):
                break  # something that was put behind it
            content = int.from_bytes(head[4:8], 'little')
            if not content:
                return False
            end += 8 + content + content % 2
    return 0 < end <= size + 1
