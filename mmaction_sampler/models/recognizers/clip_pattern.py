"""Which clips of a video the expensive model sees."""
import re
from typing import List, NamedTuple, Union


class ClipPattern(NamedTuple):
    """One expensive clip, then some cheap ones, over and over.

    Attributes:
        num_expensive (int): 1, or 0 where all clips are cheap.
        num_cheap (int): Cheap clips after each expensive one.
    """
    num_expensive: int
    num_cheap: int

    @classmethod
    def parse(cls, pattern: Union[int, str]) -> 'ClipPattern':
        """Read a pattern.

        Args:
            pattern (int | str): ``'1:3'`` or 3 for one expensive clip and
                three cheap ones, ``'1:0'`` or 0 for expensive clips alone,
                ``'0:1'`` for cheap clips alone.

        Returns:
            ClipPattern: The pattern.

        Raises:
            ValueError: If it is none of these.
        """
        text = str(pattern)
        found = re.fullmatch(r'1:(\d+)|(\d+)|0:1', text)
        if not found:
            raise ValueError(
                f"clip_pattern must be '1:x' or x, x cheap clips after each "
                f"expensive one, or '0:1' for cheap clips alone, but got "
                f'{pattern!r}')
        if text == '0:1':
            return cls(0, 1)
        return cls(1, int(found[1] or found[2]))

    def is_expensive(self, position: int) -> bool:
        """Whether the clip at this position, from 0, is expensive."""
        period = self.num_expensive + self.num_cheap
        return position % period < self.num_expensive

    def expensive(self, num_clips: int) -> List[int]:
        """Ascending positions of the expensive ones of N clips."""
        return [i for i in range(num_clips) if self.is_expensive(i)]

    def cheap(self, num_clips: int) -> List[int]:
        """Ascending positions of the cheap ones of N clips."""
        return [i for i in range(num_clips) if not self.is_expensive(i)]
