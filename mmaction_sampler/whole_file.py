"""Files that are there whole or not at all."""
import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Optional, Union


@contextmanager
def whole_file(path: Union[str, Path],
               part: Optional[Union[str, Path]] = None) -> Iterator[Path]:
    """Write a file under another name and rename it when it is done.

    Within, write to the path that is given. If that raises, nothing of it
    stays, and what was at ``path`` before is as it was. A process that is
    killed leaves the part.

    Args:
        path (str | Path): The file; its folder is there.
        part (str | Path, optional): Where it is written, on the same disk.
            Defaults to its name and :func:`unique_name`: several processes
            may write the file at once, and of them the last one stays.

    Yields:
        Path: The part.
    """
    path = Path(path)
    # torch.save refuses names of which nothing stands before the last dot.
    part = Path(part or path.with_name(f'{path.name}.{unique_name()}'))
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def unique_name() -> str:
    """A file name that no other process or thread has."""
    return f'part-{os.getpid()}-{secrets.token_hex(8)}'
