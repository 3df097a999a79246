"""Feature maps of frozen networks, kept on disk."""
import hashlib
import json
import warnings
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from mmaction_sampler.whole_file import whole_file

from .memory_format import last_map

# Raise this when the same network and clip come to have another entry.
FORMAT = 2
_DTYPES = {str(dtype): dtype for dtype in (
    torch.float16, torch.bfloat16, torch.float32, torch.float64)}


class ClipMapCache:
    """Runs a frozen network on those clips alone that it has not seen yet.

    Entries are found by content: the name of a file is the digest of the
    clip's pixels, that of its folder the digest of the network (its layers
    and weights) and of the precision. So an entry is never stale, and a clip
    that is cropped, flipped or placed otherwise is another clip.

    An entry is written beside its place and then renamed, so that writers at
    the same time and interruptions do no harm. It carries the digest of what
    it holds; one that is damaged counts as missing and is written anew.
    Reading executes nothing: a line of JSON, then the numbers. Where nothing
    can be written, as on a full disk, there is one warning, and from then on
    only reading.

    Args:
        folder (str): Where the entries are; made when the first is written.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self._versions: Dict[Tuple, str] = {}
        self._can_write = True

    @torch.no_grad()
    def features(self, network: nn.Module, clips: Tensor) -> Tensor:
        """Feature maps of clips, computed or read.

        Up to rounding, which may depend on the number of clips that are
        computed together, they are ``network(clips)``.

        Args:
            network (nn.Module): In eval mode; each of its outputs depends on
                one clip.
            clips (Tensor): Float ``(B, C, L, H, W)``.

        Returns:
            Tensor: Float ``(B, C', l, h, w)``.
        """
        folder = self.folder / self._version(network, clips.device.type)
        paths = [folder / digest(_to_bytes(clip)) for clip in clips]
        found = [read_entry(path) for path in paths]
        missing = [i for i, entry in enumerate(found) if entry is None]
        if missing:
            computed = last_map(network(clips[missing]))
            for i, features in zip(missing, computed):
                self._keep(paths[i], features)
                found[i] = features
        return torch.stack([entry.to(clips.device) for entry in found])

    def _keep(self, path: Path, features: Tensor) -> None:
        """Write an entry, as long as that has been possible."""
        if not self._can_write:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_entry(path, features)
        except OSError as error:
            self._can_write = False
            warnings.warn(
                f'feature cache {self.folder} cannot be written to '
                f'({error.strerror}); feature maps are computed but no '
                f'longer kept; make room on its disk, or give the '
                f"recognizer's feature_cache another folder")

    def _version(self, network: nn.Module, device_type: str) -> str:
        """Digest of all but the clip that decides the features."""
        state = network.state_dict(keep_vars=True)
        precision = str(torch.get_autocast_dtype(device_type)) if (
            torch.is_autocast_enabled(device_type)) else 'full'
        # Tells cheaply whether weights were loaded or stepped in between.
        key = (id(network), precision, *(
            (tensor.data_ptr(), tensor._version)
            for tensor in state.values()))
        if key not in self._versions:
            parts = [f'{FORMAT} {precision} {network}'.encode()]
            for name, tensor in state.items():
                parts += [name.encode(), _to_bytes(tensor)]
            self._versions = {**_of_others(self._versions, id(network)),
                              key: digest(*parts)}
        return self._versions[key]


def _of_others(versions: Dict[Tuple, str], network: int) -> Dict[Tuple, str]:
    """The entries that are not about this network."""
    return {key: value for key, value in versions.items()
            if key[0] != network}


def digest(*parts: bytes) -> str:
    """A name for content, 32 hexadecimal digits.

    Args:
        parts (bytes): The content; where one part ends counts.

    Returns:
        str: BLAKE2b of 16 bytes.
    """
    hasher = hashlib.blake2b(digest_size=16)
    for part in parts:
        hasher.update(len(part).to_bytes(8, 'little'))
        hasher.update(part)
    return hasher.hexdigest()


def _to_bytes(tensor: Tensor) -> bytes:
    """The numbers of a tensor, row by row."""
    flat = tensor.detach().cpu().contiguous().flatten()
    return flat.view(torch.uint8).numpy().tobytes()


def _digest_of(kind: dict, numbers: bytes) -> str:
    """Of an entry's numbers, and of what they are."""
    return digest(json.dumps(kind).encode(), numbers)


def write_entry(path: Path, features: Tensor) -> None:
    """Write a feature map such that it is never there in part.

    Args:
        path (Path): The entry; its folder exists.
        features (Tensor): Float ``(C', l, h, w)``.
    """
    numbers = _to_bytes(features)
    kind = dict(dtype=str(features.dtype), shape=list(features.shape))
    header = dict(kind, digest=_digest_of(kind, numbers))
    with whole_file(path) as part:
        part.write_bytes(json.dumps(header).encode() + b'\n' + numbers)


def read_entry(path: Path) -> Optional[Tensor]:
    """Read a feature map.

    Args:
        path (Path): The entry.

    Returns:
        Tensor | None: Float ``(C', l, h, w)`` on the CPU, or None if there
        is no such entry or it is damaged.
    """
    try:
        content = path.read_bytes()
    except OSError:
        return None
    line, _, numbers = content.partition(b'\n')
    try:
        header = json.loads(line)
        shape: List[int] = header['shape']
        dtype = _DTYPES[header['dtype']]
        kind = dict(dtype=header['dtype'], shape=shape)
        if header['digest'] != _digest_of(kind, numbers):
            return None
        return torch.frombuffer(
            bytearray(numbers), dtype=dtype).reshape(shape)
    except (ValueError, KeyError, TypeError, RuntimeError):
        return None  # cut short, or no entry at all
