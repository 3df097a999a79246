"""Blocks of decoded sound, put where their times say."""
from typing import List, NamedTuple, Optional, Tuple

import av
import numpy as np

#: Seconds that a block may come early or late: the rounding of containers'
#: clocks and what codecs hold back is less, a lost packet mostly more.
TOLERANCE = 0.05
#: Seconds of overlap above which a file's clock has begun anew, as where
#: files were joined end to end.
LONGEST_OVERLAP = 0.25
#: Seconds of silence in all. Times that ask for more are damaged.
MOST_SILENCE = 24 * 3600.


class _Run(NamedTuple):
    """Sound without a gap and of one format.

    Attributes:
        begin (float): Seconds.
        parts (list[np.ndarray]): float32 ``(n, )`` each.
    """
    begin: float
    parts: List[np.ndarray]


class SoundLine:
    """Resamples blocks of sound to one channel and lays them out in time.

    Where there is nothing, there is silence. Of two blocks at one time the
    later one stays. Blocks without a time follow the one before. Format,
    layout and rate may change from block to block.

    Args:
        sample_rate (int): Samples per second to resample to.
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._resampler: Optional[av.AudioResampler] = None
        self._format: Tuple = ()
        self._runs: List[_Run] = []
        self._due = 0.  # when the next block should begin
        self._clock = 0.  # what to add to the file's times
        self._silence = 0.

    def add(self, frame: av.AudioFrame) -> None:
        """Take the next block.

        Args:
            frame (av.AudioFrame): As decoded, with at least one sample.
        """
        if not self._runs:
            self._due = frame.time or 0.
        jumps = self._follow(frame.time)
        # The resampler takes one format alone, and would tear what it holds
        # back out of its place.
        kind = (frame.format.name, frame.layout, frame.sample_rate)
        if jumps or kind != self._format:
            self._flush()
            self._format = kind
            self._resampler = av.AudioResampler(
                format='flt', layout='mono', rate=self._rate)
            self._runs.append(_Run(self._due, []))
        self._take(frame)
        self._due += frame.samples / frame.sample_rate

    def samples(self) -> Tuple[np.ndarray, float]:
        """All that was added, as one array.

        Returns:
            tuple: float32 ``(n, )``, and the time of the first of them in
            seconds. Where nothing was added there are none, at 0.
        """
        self._flush()
        if not self._runs:
            return np.zeros(0, np.float32), 0.
        start = min(run.begin for run in self._runs)
        placed = [(round((run.begin - start) * self._rate), part)
                  for run, part in zip(self._runs, map(_joined, self._runs))]
        # A long silence takes no memory as long as nobody writes into it.
        line = np.zeros(max(p + len(part) for p, part in placed), np.float32)
        for place, part in placed:
            line[place:place + len(part)] = part
        return line, start

    def _follow(self, time: Optional[float]) -> bool:
        """Whether a block at a time leaves a gap or goes back."""
        late = 0. if time is None else time + self._clock - self._due
        if abs(late) <= TOLERANCE:
            return False
        if not -LONGEST_OVERLAP <= late <= MOST_SILENCE - self._silence:
            self._clock -= late
            return False
        self._silence += max(late, 0.)
        self._due += late
        return True

    def _take(self, frame: Optional[av.AudioFrame]) -> None:
        for resampled in self._resampler.resample(frame):
            # Where there is nothing to do it gives back the None, too.
            if resampled is not None:
                self._runs[-1].parts.append(
                    resampled.to_ndarray().reshape(-1))

    def _flush(self) -> None:
        if self._resampler is not None:
            self._take(None)
            self._resampler = None


def _joined(run: _Run) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.float32), *run.parts])
