"""Decoders on the samplers' access pattern: few frames, far apart."""
from functools import partial
from typing import Callable, Dict, List, NamedTuple, Tuple

import av
import decord
import numpy as np

from mmaction_sampler.datasets.transforms.candidates import sample_candidates
from mmaction_sampler.datasets.video import VideoReader, read_index
from mmaction_sampler.datasets.video.index import forget_indices

Images = List[np.ndarray]


Read = Callable[[str, np.ndarray], Images]


class Agreement(NamedTuple):
    """How images differ from those of a plain pass through the file.

    Attributes:
        largest (int): Largest difference of a colour value, 0 to 255.
        mean (float): Mean difference.
    """
    largest: int
    mean: float

    def __str__(self) -> str:
        if not self.largest:
            return 'equal'
        return f'up to {self.largest}, mean {self.mean:.2f}'


def frame_numbers(filename: str, num_frames: int) -> np.ndarray:
    """Centres of T equal segments, ``(T, )``; T is ``num_frames``."""
    total = read_index(filename).num_frames
    return sample_candidates(total, num_frames, random=False)


def with_decord(filename: str, inds: np.ndarray) -> Images:
    """As ``DecordInit`` and ``DecordDecode`` read."""
    with open(filename, 'rb') as file:
        reader = decord.VideoReader(file, num_threads=1)
    return list(reader.get_batch(inds).asnumpy())


def with_pyav(filename: str, inds: np.ndarray) -> Images:
    """As ``PyAVSparseInit`` and ``PyAVSparseDecode`` read."""
    with VideoReader(filename) as reader:
        return reader.get_frames(inds)


def _torchcodec(seek_mode: str) -> Read:
    from torchcodec.decoders import VideoDecoder

    def read(filename: str, inds: np.ndarray) -> Images:
        reader = VideoDecoder(filename, num_ffmpeg_threads=1,
                              seek_mode=seek_mode, dimension_order='NHWC')
        return list(reader.get_frames_at(inds.tolist()).data.numpy())

    return read


def decoders() -> Dict[str, Read]:
    """Decoders of this machine by name; the first is the baseline.

    TorchCodec is there if it can be loaded, which takes FFmpeg's shared
    libraries in the system.
    """
    found = {'decord': with_decord, 'PyAV': with_pyav}
    try:
        for seek_mode in ('exact', 'approximate'):
            found[f'TorchCodec, {seek_mode}'] = _torchcodec(seek_mode)
    except (ImportError, OSError, RuntimeError):
        pass  # not installed, or FFmpeg's libraries are missing
    return found


def agreement(images: Images, filename: str, inds: np.ndarray) -> Agreement:
    """Compare images with those of a plain pass through the file.

    Args:
        images (list[np.ndarray]): RGB, uint8 ``(H, W, 3)``.
        filename (str): The file.
        inds (np.ndarray): Their numbers in it, ``(T, )``.

    Returns:
        Agreement: Of all T together; images of another size differ by 255.
    """
    with av.open(filename) as container:
        # One thread, as the decoders have.
        container.streams.video[0].thread_count = 1
        passed = {
            number: np.rot90(frame.to_ndarray(format='rgb24'),
                             frame.rotation // 90)
            for number, frame in enumerate(container.decode(video=0))
            if number in inds}
    truth = [passed[number] for number in inds.tolist()]
    if [a.shape for a in images] != [b.shape for b in truth]:
        return Agreement(255, 255.)
    differences = np.abs(np.stack(images).astype(int) - np.stack(truth))
    return Agreement(int(differences.max()), float(differences.mean()))


def readable(filename: str,
             inds: np.ndarray) -> Tuple[Dict[str, Read], Dict[str, str]]:
    """Decoders that can read a file, and how right they are.

    Args:
        filename (str): The file.
        inds (np.ndarray): Frames to read, ``(T, )``.

    Returns:
        tuple[dict[str, Callable], dict[str, str]]: Those decoders; of all
        decoders, how their images differ, or that they cannot read it.
    """
    able, verdicts = {}, {}
    for name, read in decoders().items():
        try:
            images = read(filename, inds)
        except (decord.DECORDError, RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            verdicts[name] = f'cannot read it ({reason[:60]})'
            continue
        able[name] = read
        verdicts[name] = str(agreement(images, filename, inds))
    return able, verdicts


def in_epoch(filename: str, inds: np.ndarray, reads: Dict[str, Read],
             first: bool) -> Dict[str, Callable[[], object]]:
    """What is timed: decoders as the data set calls them.

    In the first epoch the data set lists a file's packets, to refuse one
    that is cut short, and PyAV takes the frames' times from that list. In
    later ones it remembers the verdict; PyAV has to list the packets again
    (unless there are few files), the others do not.

    Args:
        filename (str): The file.
        inds (np.ndarray): Frames to read, ``(T, )``.
        reads (dict[str, Callable]): The decoders.
        first (bool): Whether it is the first epoch.

    Returns:
        dict[str, Callable]: By name.
    """

    def timed(read: Read) -> None:
        forget_indices()
        if first:
            read_index(filename)
        read(filename, inds)

    return {name: partial(timed, read) for name, read in reads.items()}
