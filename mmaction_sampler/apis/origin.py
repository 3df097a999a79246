"""What the lines of a file were made with."""
import hashlib
import json
from pathlib import Path
from typing import Any, Dict


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
    text = json.dumps(settings, sort_keys=True, default=str)
    weights = Path(checkpoint)
    content = (weights.read_bytes() if weights.is_file() else
               checkpoint.encode())  # an address
    return dict(
        config=config,
        settings_sha256=hashlib.sha256(text.encode()).hexdigest(),
        checkpoint=checkpoint,
        checkpoint_sha256=hashlib.sha256(content).hexdigest(),
        split=split)
