"""What the tests share: tiny videos, OCSamplers and runs of them."""
import itertools
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, List, Optional

import av
import numpy as np
import pytest
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import Config
from mmengine.runner import Runner
from torch.nn.modules.batchnorm import _BatchNorm

from mmaction_sampler.models.recognizers import ComponentRecognizer

REPOSITORY = Path(__file__).resolve().parents[1]
NUM_CLASSES = 3
_RUN_NUMBERS = itertools.count()


def write_video(path: Path,
                num_frames: int = 12,
                size: int = 32,
                shade: int = 0,
                codec: str = 'libx264',
                slope: int = 0) -> Path:
    """Write a small file, H.264 by default; frame i has grey level
    ``shade + 8 * i`` and ``slope`` more in the corner at the lower right, at
    most 255.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    side = np.linspace(0, 1, size)
    ramp = slope * np.outer(side, side)[..., None].repeat(3, -1)
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=10)
        stream.width = stream.height = size
        stream.pix_fmt = 'yuv420p'
        for i in range(num_frames):
            image = (shade + 8 * i + ramp).clip(max=255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format='rgb24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_dataset(root: Path, num_videos: int = 8, slope: int = 0) -> Path:
    """Write videos whose brightness tells the class, and their list.

    Returns:
        Path: The annotation file.
    """
    lines = []
    for i in range(num_videos):
        write_video(root / f'{i}.mp4', shade=60 * (i % NUM_CLASSES),
                    slope=slope)
        lines.append(f'{i}.mp4 {i % NUM_CLASSES}')
    ann_file = root / 'list.txt'
    ann_file.write_text('\n'.join(lines) + '\n')
    return ann_file


@contextmanager
def undrawn_weights() -> Iterator[None]:
    """Build large networks with zeros, in half of the time, where only their
    shapes matter.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ('uniform_', 'normal_'):
            patch.setattr(torch.Tensor, name,
                          lambda weights, *_, **__: weights.zero_())
        yield


def tiny_classifier(dims: int = 2) -> dict:
    """A recognizer config that runs in milliseconds."""
    if dims == 3:
        return dict(
            type='Recognizer3D',
            backbone=dict(
                type='ResNet3d', depth=18, base_channels=4, pretrained=None,
                conv1_kernel=(1, 3, 3), conv1_stride_t=1, pool1_stride_t=1,
                with_pool2=False,
                norm_eval=False),
            cls_head=dict(
                type='I3DHead', num_classes=NUM_CLASSES, in_channels=32,
                dropout_ratio=0.))
    return dict(
        type='Recognizer2D',
        backbone=dict(
            type='mmpretrain.ResNet', depth=18, stem_channels=4,
            base_channels=4, num_stages=2, strides=(1, 2),
            dilations=(1, 1), out_indices=(1, )),
        cls_head=dict(
            type='TSNHead', num_classes=NUM_CLASSES, in_channels=8,
            dropout_ratio=0.))


def unsettle_norms(model: torch.nn.Module) -> torch.nn.Module:
    """Let batch norms do something; the model, in eval mode."""
    for module in model.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            torch.nn.init.normal_(module.running_mean, std=0.2)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.2)
    return model.eval()


def tiny_ocsampler(num_candidates: int = 5,
                   num_selected: int = 2,
                   dims: int = 2,
                   **options) -> dict:
    """An OCSampler config that trains in milliseconds."""
    return dict(
        type='OCSampler',
        num_candidates=num_candidates,
        num_selected=num_selected,
        skim_size=16,
        skim_network=dict(
            type='MobileNetV2TSM', num_segments=num_candidates,
            widen_factor=0.1, pretrained2d=False),
        skim_head=dict(
            type='TSNHead', num_classes=NUM_CLASSES, in_channels=1280),
        policy=dict(type='FramePolicy', in_channels=1280),
        classifier=tiny_classifier(dims),
        data_preprocessor=dict(
            type='ActionDataPreprocessor', mean=[127.5] * 3, std=[64.] * 3,
            format_shape='NCHW'),
        **options)


def tiny_config(ann_file: Path, work_dir: Path,
                model: Optional[dict] = None) -> Config:
    """A two-stage run of an OCSampler on a written data set, on the CPU."""
    cfg = Config.fromfile(REPOSITORY / 'configs/_base_/default_runtime.py')
    model = model or tiny_ocsampler()
    num_candidates = model.get('num_candidates') or (
        model['num_glance'] + model['num_focus'])

    def loader(test_mode: bool) -> dict:
        return dict(
            batch_size=4,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=not test_mode),
            dataset=dict(
                type='UntrimmedVideoDataset',
                ann_file=str(ann_file),
                data_prefix=dict(video=str(ann_file.parent)),
                num_classes=NUM_CLASSES,
                test_mode=test_mode,
                pipeline=pipeline(num_candidates)))

    cfg.merge_from_dict(
        dict(
            model=model,
            train_dataloader=loader(False),
            val_dataloader=loader(True),
            test_dataloader=loader(True),
            val_evaluator=[dict(type='AccMetric'), dict(type='CostMetric')],
            test_evaluator=[dict(type='AccMetric'), dict(type='CostMetric')],
            train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=4,
                           val_interval=2),
            val_cfg=dict(type='ValLoop'),
            test_cfg=dict(type='TestLoop'),
            optim_wrapper=dict(
                optimizer=dict(type='SGD', lr=0.01, momentum=0.9)),
            custom_hooks=[
                dict(type='TrainingStageHook', stages=[
                    dict(name='warmup', epochs=2),
                    dict(name='policy', epochs=2,
                         optim_wrapper=dict(
                             optimizer=dict(type='Adam', lr=0.001)),
                         param_scheduler=[dict(type='CosineAnnealingLR')]),
                ])
            ],
            randomness=dict(seed=3),
            work_dir=str(work_dir)))
    return cfg


def pipeline(num_candidates: int) -> List[dict]:
    """Decode, without random augmentation."""
    return [
        dict(type='DecordInit'),
        dict(type='SampleCandidateFrames', num_candidates=num_candidates,
             test_mode=True),
        dict(type='DecordDecode'),
        dict(type='FormatShape', input_format='NCHW'),
        dict(type='PackActionInputs',
             meta_keys=('filename', 'frame_inds')),
    ]


def samples(labels: List[int]) -> List[ActionDataSample]:
    """Samples with single labels."""
    return [ActionDataSample().set_gt_label(label) for label in labels]


def candidates(batch_size: int = 3, num_candidates: int = 5,
               size: int = 32) -> torch.Tensor:
    """Normalised candidate frames ``(B, T, 3, size, size)``."""
    return torch.randn(batch_size, num_candidates, 3, size, size)


def enliven(model: ComponentRecognizer, size: int = 32) -> None:
    """Make frames differ: policies that do not begin at zero, and batch
    normalisations that fit what they see. Leaves the model in eval mode.
    """
    for name in ('policy', 'skip_policy'):
        policy = getattr(model, name, torch.nn.Module())
        for key, parameter in policy.named_parameters():
            if parameter.dim() > 1:
                # Larger weights would saturate recurrent policies.
                fan_in = parameter[0].numel()
                torch.nn.init.normal_(parameter, std=fan_in**-0.5)
            elif 'bias' in key:  # would outweigh what is seen
                torch.nn.init.zeros_(parameter)
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.momentum = 1.
    model.train()
    with torch.no_grad():
        model.scores(candidates(8, model.num_candidates, size))
    model.eval()


def build_runner(cfg: Config) -> Runner:
    """The config's runner, with a log file and message hub of its own."""
    cfg.experiment_name = f'run{next(_RUN_NUMBERS)}'
    return Runner.from_cfg(cfg)


def log_text(runner: Runner) -> str:
    """All that a run has logged so far."""
    return Path(runner.log_dir, f'{runner.timestamp}.log').read_text()


def mim_name(path: str) -> str:
    """What a wheel calls a file of ``tools`` or ``configs``, below ``.mim``.

    The authors' configs are the only ones that it renames.
    """
    return path.replace('configs/official/', 'configs/official/official_')


def copy_sources(target: Path) -> Path:
    """Copy the sources, so that building leaves the real ones clean."""
    ignore = shutil.ignore_patterns('__pycache__', '.mim')
    for name in ('mmaction_sampler', 'tools', 'configs', 'requirements',
                 'tests'):
        shutil.copytree(REPOSITORY / name, target / name, ignore=ignore)
    for path in REPOSITORY.iterdir():
        if path.is_file() and not path.name.startswith('.'):
            shutil.copy2(path, target)
    return target


def run_python(folder: Path, *command: str,
               **variables: str) -> subprocess.CompletedProcess:
    """Run the sources in a process of their own, on the CPU."""
    path = os.pathsep.join([str(REPOSITORY), str(folder)])
    variables = {'PYTHONPATH': path, 'CUDA_VISIBLE_DEVICES': '',
                 'OMP_NUM_THREADS': '1', **variables}
    return subprocess.run([sys.executable, *command],
                          cwd=folder,
                          env={**os.environ, **variables},
                          capture_output=True,
                          text=True,
                          timeout=300,
                          check=False)


def tiny_adafocus(num_candidates: int = 5, size: int = 32,
                  kind: str = 'AdaFocus', **options) -> dict:
    """An AdaFocus config that trains in milliseconds, on ``size`` pixels."""
    side = -(-size // 32)
    backbone = tiny_classifier()['backbone']
    return dict(
        dict(
            type=kind,
            num_candidates=num_candidates,
            patch_size=16,
            global_cnn=dict(type='MobileNetV2', widen_factor=0.1),
            local_cnn=backbone,
            policy=dict(
                type='PatchPolicy', in_channels=1280, feature_size=side,
                num_positions=9, encoder_channels=4, hidden_channels=8),
            classifier=dict(
                type='GRUHead', num_classes=NUM_CLASSES, in_channels=1288,
                hidden_channels=8, dropout_ratio=0.),
            data_preprocessor=dict(
                type='ActionDataPreprocessor', mean=[127.5] * 3,
                std=[64.] * 3, format_shape='NCHW')), **options)


def tiny_adafocus_tsm(policy: str = 'VideoPatchPolicy', **options) -> dict:
    """An AdaFocus-TSM config that trains in milliseconds, 2 + 3 frames."""
    places = dict(num_positions=9) if policy == 'VideoPatchPolicy' else dict(
        num_frames=2)
    return dict(
        dict(
            type='AdaFocusTSM',
            num_glance=2,
            num_focus=3,
            patch_size=16,
            global_cnn=dict(
                type='MobileNetV2TSM', widen_factor=0.1, pretrained2d=False),
            local_cnn=dict(
                type='MobileNetV2TSM', widen_factor=0.1, pretrained2d=False),
            policy=dict(
                type=policy, in_channels=1280, feature_size=1,
                encoder_channels=4, hidden_channels=8, **places),
            classifier=dict(
                type='GlanceFocusHead', num_classes=NUM_CLASSES,
                global_channels=1280, local_channels=1280, dropout_ratio=0.),
            data_preprocessor=dict(
                type='ActionDataPreprocessor', mean=[127.5] * 3,
                std=[64.] * 3, format_shape='NCHW')), **options)
