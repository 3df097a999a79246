"""Complete a file that has one line a video, on any number of processes."""
import logging
import time
from typing import Callable, Dict, Iterator, List, Optional, Tuple

from mmengine.dist import all_gather_object, broadcast_object_list

from .selection_writer import SelectionWriter

_SECONDS_BETWEEN_LOGS = 5.

#: Lines that a process has made, and why other videos have none: path on
#: disk -> reason.
Made = Tuple[List[dict], Dict[str, str]]


def write_missing_lines(writer: Optional[SelectionWriter],
                        names: Dict[int, str],
                        make: Callable[[List[int]], Iterator[Made]],
                        mend: str, logger: logging.Logger) -> None:
    """Let all processes make the lines that are missing, and report.

    Args:
        writer (SelectionWriter, optional): Of the main process; None in the
            others.
        names (dict[int, str]): Position in the data set -> path in the
            file.
        make (Callable): From the positions without a line, the same in all
            processes, to what this process makes of its share. All
            processes have to take as many steps.
        mend (str): What to do if not one video can be decoded.
        logger (logging.Logger): Told how far the file is.

    Raises:
        RuntimeError: If not one video could be decoded.
    """
    written = [writer.written if writer else None]
    broadcast_object_list(written)
    todo = [i for i, name in names.items() if name not in written[0]]
    logger.info(f'{len(names)} videos, {len(names) - len(todo)} of them have '
                f'a line already')
    broken: Dict[str, str] = {}
    logged = time.time()
    for made in make(todo):
        for records, newly_broken in all_gather_object(made):
            broken.update(newly_broken)
            if writer:
                writer.write(records)
        if writer and time.time() - logged > _SECONDS_BETWEEN_LOGS:
            logged = time.time()
            logger.info(f'{len(writer.written)} of {len(names)} videos have '
                        f'a line')
    if writer:
        _report(writer, broken, mend, logger)


def _report(writer: SelectionWriter, broken: Dict[str, str], mend: str,
            logger: logging.Logger) -> None:
    """Say how many lines there are, and which videos have none."""
    for path, reason in broken.items():
        logger.warning(f'broken video: {path}: {reason}')
    if not writer.written:
        raise RuntimeError(
            f'none of the videos could be decoded, one is '
            f'{next(iter(broken))}; {mend}')
    logger.info(f'{writer.path} has {len(writer.written)} lines; '
                f'{len(broken)} broken video(s) have none')
