"""A config's test pipeline, made to read video files without labels."""
import copy
from typing import Callable, List

from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from .config_edits import keep_meta_keys

_META_KEYS = ('filename', 'frame_inds', 'avg_fps', 'total_frames',
              'start_index')
#: Transforms that open a video file.
OPENERS = ('DecordInit', 'OpenCVInit', 'PIMSInit', 'PyAVInit',
           'PyAVSparseInit')
#: MMAction2's transforms that decode frames.
DECODERS = ('DecordDecode', 'OpenCVDecode', 'PIMSDecode', 'PyAVDecode',
            'RawFrameDecode')


def video_pipeline(cfg: Config) -> List[Callable]:
    """The config's test pipeline, for videos without labels.

    Name, frame numbers and frame rate stay with the sample, whether or not
    the config keeps them.

    Raises:
        ValueError: If the config has no ``test_pipeline``.
    """
    if not cfg.get('test_pipeline'):
        raise ValueError(
            f'config {cfg.filename} has no test_pipeline, which says how a '
            f'video is read; define it there')
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    configs = read_files(copy.deepcopy(cfg.test_pipeline))
    keep_meta_keys(configs, _META_KEYS)
    return Compose(configs).transforms


def read_files(configs: List[dict]) -> List[dict]:
    """Let a pipeline read video files, whatever it reads in testing.

    Decoders of MMAction2 give way to our reader: it gives the same pixels,
    survives damaged files where decord ends the whole process, and reads
    videos for configs of folders of frames.

    Args:
        configs (list[dict]): A pipeline's transforms, changed in place.

    Returns:
        list[dict]: The pipeline.
    """
    for config in configs:
        if config['type'] in DECODERS:
            config.clear()
            config['type'] = 'PyAVSparseDecode'
    configs = [c for c in configs if c['type'] not in OPENERS]
    return [dict(type='PyAVSparseInit'), *configs]
