"""Numbers that change while a training stage goes on."""
from typing import Sequence, Union


def linear_schedule(value: Union[float, Sequence[float]],
                    progress: float) -> float:
    """A number at this point of the stage.

    Args:
        value (float | Sequence[float]): The number, or a pair (start, end),
            linear over the stage.
        progress (float): How far the stage has got, in [0, 1].

    Returns:
        float: From start to end.
    """
    start, end = value if isinstance(value, Sequence) else (value, value)
    return start + (end - start) * progress
