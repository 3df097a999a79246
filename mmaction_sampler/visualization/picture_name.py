"""Names of files for pictures of videos."""
import hashlib
from pathlib import PurePath

#: A file system takes names of 255 bytes; digest and ending need some.
_MOST_BYTES = 200


def picture_name(path: str) -> str:
    """Name of a video's pictures, without extension.

    The video's own name, cut where it is too long, with a part that tells
    videos of one name in different folders apart.

    Args:
        path (str): The video.

    Returns:
        str: Valid UTF-8, at most 209 bytes.
    """
    content = path.encode('utf-8', 'surrogateescape')
    stem = PurePath(path).stem.encode('utf-8', 'surrogateescape')
    # Not every name is UTF-8, and the cut may go through a letter.
    name = stem.decode('utf-8', 'replace').encode()[:_MOST_BYTES]
    return (f'{name.decode("utf-8", "ignore")}-'
            f'{hashlib.sha1(content).hexdigest()[:8]}')
