"""What the tests of inference share: configs and weights of tiny models."""
from pathlib import Path
from typing import Callable, Dict, List, Sequence, Tuple

import torch
from helpers import (pipeline, tiny_adafocus, tiny_adafocus_tsm,
                     tiny_ocsampler)
from helpers_adafocus_v2 import tiny_adafocus_v2
from helpers_faster import clip_pipeline, tiny_faster
from helpers_scsampler import tiny_scsampler
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.registry import init_default_scope


def stream_pipeline() -> List[dict]:
    """Of SCSampler, by motion alone; clips of 4 frames."""
    return [
        dict(type='PyAVSparseInit'),
        dict(type='SampleVideoClips', clip_len=4, test_mode=True),
        dict(type='PackClipStream',
             features=[dict(
                 names=['motion_displacement'],
                 pipeline=[dict(type='LoadMotionFeatures', size=(32, 32))])],
             clip_pipeline=[
                 dict(type='PyAVSparseDecode'),
                 dict(type='FormatShape', input_format='NCHW')])]


def motion_scsampler() -> dict:
    """An SCSampler that looks at motion, in every clip."""
    model = tiny_scsampler('VisualClips', audio_saliency_net=None)
    del model['visual_saliency_net']['nets']['rgb_residual']
    return model


def glance_pipeline() -> List[dict]:
    """Of AdaFocus-TSM, 2 + 3 frames."""
    transforms = pipeline(5)
    transforms[1] = dict(type='SampleGlanceFocusFrames', num_glance=2,
                         num_focus=3, test_mode=True)
    return transforms


#: Name -> how to make the model and its test pipeline.
RECOGNIZERS: Dict[str, Tuple] = dict(
    ocsampler=(tiny_ocsampler, lambda: pipeline(5)),
    adafocus=(tiny_adafocus, lambda: pipeline(5)),
    adafocus_plus=(lambda: tiny_adafocus(
        kind='AdaFocusPlus', skip_policy=dict(
            type='SkipPolicy', in_channels=1280, feature_size=1,
            encoder_channels=4, hidden_channels=8)), lambda: pipeline(5)),
    adafocus_tsm=(tiny_adafocus_tsm, glance_pipeline),
    adafocus_v2=(tiny_adafocus_v2, lambda: pipeline(5)),
    faster=(tiny_faster, lambda: clip_pipeline(3, 8)),
    scsampler=(motion_scsampler, stream_pipeline))


def write_recognizer(folder: Path, name: str = 'ocsampler',
                     **meta) -> Tuple[str, str]:
    """Write config and checkpoint of a tiny recognizer.

    Args:
        folder (Path): Where to.
        name (str): Key of ``RECOGNIZERS``.
        **meta: Of the checkpoint.

    Returns:
        tuple[str, str]: Both paths.
    """
    init_default_scope('mmaction')  # module fixtures come before the scope
    make_model, make_pipeline = RECOGNIZERS[name]
    config, weights = folder / f'{name}.py', folder / f'{name}.pth'
    test_pipeline = make_pipeline()
    Config(dict(
        custom_imports=dict(
            imports=['mmaction_sampler'], allow_failed_imports=False),
        default_scope='mmaction', model=make_model(),
        test_pipeline=test_pipeline,
        test_dataloader=dict(dataset=dict(pipeline=test_pipeline)),
        visualizer=dict(type='ActionVisualizer'))).dump(config)
    torch.manual_seed(0)
    model = MODELS.build(make_model())
    for part in ('policy', 'classifier', 'cls_head'):
        for values in getattr(model, part, torch.nn.Identity()).parameters():
            if values.dim() > 1 and part != 'classifier':
                torch.nn.init.normal_(values, std=0.5)
    torch.save(dict(state_dict=model.state_dict(), meta=meta), weights)
    return str(config), str(weights)


@torch.no_grad()
def predict(model: torch.nn.Module, transforms: Sequence[Callable],
            path: str) -> ActionDataSample:
    """What a recognizer says of a video file, by nothing but its parts.

    Args:
        model (nn.Module): In eval mode.
        transforms (Sequence[Callable]): A test pipeline.
        path (str): The video.
    """
    data = dict(filename=path, start_index=0, modality='RGB')
    for transform in transforms:
        data = transform(data)
    sample, = model.test_step({key: [data[key]] for key in data})
    return sample
