"""Shows how far the generator has got."""
from typing import Iterable, List, TypeVar

from rich.console import Console
from rich.progress import (BarColumn, MofNCompleteColumn, Progress, TextColumn,
                           TimeElapsedColumn, TimeRemainingColumn)

T = TypeVar('T')


def show_progress(records: Iterable[T], total: int) -> List[T]:
    """Collects the records behind a bar, or a line every tenth of the way.

    A bar redraws itself, which would fill a log file with control codes.
    """
    done: List[T] = []
    if Console().is_terminal:
        with Progress(
                TextColumn('videos'), BarColumn(), MofNCompleteColumn(),
                TimeElapsedColumn(), TimeRemainingColumn()) as progress:
            bar = progress.add_task('videos', total=total)
            for record in records:
                done.append(record)
                progress.advance(bar)
        return done
    print(f'videos: 0 of {total}', flush=True)
    for record in records:
        done.append(record)
        if 10 * len(done) // total > 10 * (len(done) - 1) // total:
            print(f'videos: {len(done)} of {total}', flush=True)
    return done
