"""What is scored clip by clip: a recognizer's config, or an SCSampler's."""
import argparse
from typing import List

from mmengine.config import Config, ConfigDict

from mmaction_sampler.datasets.killable import can_fork
from mmaction_sampler.datasets.video_loader import LOAD_TIMEOUT
from .video_pipeline import DECODERS, OPENERS

# What chooses frames, in a test pipeline.
_SAMPLERS = ('SampleFrames', 'UniformSample', 'UniformSampleFrames',
             'DenseSampleFrames', 'SampleVideoClips')
# What is done otherwise for a stream of clips.
_REPLACED = (*_SAMPLERS, *OPENERS, *DECODERS, 'PyAVSparseDecode',
             'PackActionInputs', 'PackClipStream')


def classifier_config(cfg: Config) -> ConfigDict:
    """The recognizer that scores clips.

    Args:
        cfg (Config): Config of a recognizer, or of an SCSampler, whose
            classifier it is, with the normalisation of its clips.

    Returns:
        ConfigDict: Its model.

    Raises:
        ValueError: If an SCSampler's test pipeline formats no clips.
    """
    model = cfg.model
    if 'visual_saliency_net' not in model:
        return model
    layout = [step['input_format'] for step in _test_steps(cfg)
              if step['type'] == 'FormatShape']
    if not layout:
        raise ValueError(
            f'config {cfg.filename} has no FormatShape in its test_pipeline, '
            f'which says how the classifier takes its clips; add them there')
    return ConfigDict(
        model.classifier,
        data_preprocessor=dict(
            model.data_preprocessor['clips'],
            type='ActionDataPreprocessor', format_shape=layout[-1]))


def clip_pipeline(cfg: Config, args: argparse.Namespace) -> List[dict]:
    """A recognizer's test pipeline, over all clips of a video.

    Args:
        cfg (Config): Its config, or an SCSampler's, with
            ``test_pipeline``.
        args (argparse.Namespace): ``clip_len``, ``frame_interval`` and
            ``clips_per_pass``.

    Returns:
        list[dict]: A pipeline that gives a stream of clips.

    Raises:
        ValueError: If the config has no test pipeline or does not say how
            long a clip is.
    """
    steps = _test_steps(cfg)
    samplers = [s for s in steps if s['type'] in _SAMPLERS]
    known = samplers[0] if samplers else {}
    clip_len = args.clip_len or known.get('clip_len')
    interval = args.frame_interval or known.get('frame_interval', 1)
    if not steps or not clip_len:
        raise ValueError(
            f'config {args.config} does not say how a clip is read: it needs '
            f'a test_pipeline with SampleFrames; or give --clip-len')
    clip_steps = [dict(type='PyAVSparseDecode')] + [
        dict(s) for s in steps
        if s['type'] not in _REPLACED]
    return [
        dict(type='PyAVSparseInit'),
        dict(type='SampleVideoClips', clip_len=clip_len,
             frame_interval=interval),
        dict(type='PackClipStream', features=[], clip_pipeline=clip_steps,
             clips_per_pass=args.clips_per_pass,
             load_timeout=LOAD_TIMEOUT if can_fork() else None)
    ]


def what_is_read(pipeline: List[dict]) -> List[dict]:
    """The part of a pipeline that decides on the scores.

    Args:
        pipeline (list[dict]): From :func:`clip_pipeline`.

    Returns:
        list[dict]: The same without what bounds memory and time alone, so
        that a file may be completed with fewer clips at once.
    """
    return [{key: value for key, value in step.items()
             if key not in ('clips_per_pass', 'load_timeout')}
            for step in pipeline]


def _test_steps(cfg: Config) -> List[dict]:
    """The test pipeline, and in an SCSampler's that of its clips."""
    steps = list(cfg.get('test_pipeline') or ())
    return steps + [inner for step in steps
                    for inner in step.get('clip_pipeline', ())]
