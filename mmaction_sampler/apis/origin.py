"""What the lines of a file were made with."""
import hashlib
import json
import re
from pathlib import Path
from typing import Any, Dict, Mapping

_ADDRESS = re.compile(r' at 0x[0-9a-fA-F]+')


def run_origin(config: str, checkpoint: str, settings: Dict[str, Any],
               split: str) -> Dict[str, str]:
    """Names and fingerprints of config and checkpoint.

    Args:
        config (str): Path of the config.
        checkpoint (str): Path or address of the weights.
        settings (dict): All that decides what the lines say.
        split (str): Whose videos.

    Returns:
        dict[str, str]: See :class:`SelectionWriter`.
    """
    text = _settings_text(settings)
    weights = Path(checkpoint)
    content = (weights.read_bytes() if weights.is_file() else
               checkpoint.encode())  # an address
    return dict(
        config=config,
        settings_sha256=hashlib.sha256(text.encode()).hexdigest(),
        checkpoint=checkpoint,
        checkpoint_sha256=hashlib.sha256(content).hexdigest(),
        split=split)


def _settings_text(settings: Any) -> str:
    """Settings as JSON that is the same in every process.

    Sets have no order of their own, keys of several types none at all, and
    the names of most objects tell where they lie in memory.
    """

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(key): plain(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(inner) for inner in value]
        if isinstance(value, (set, frozenset)):
            return sorted(map(_settings_text, value))
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        return _ADDRESS.sub('', str(value))

    return json.dumps(plain(settings), sort_keys=True)
