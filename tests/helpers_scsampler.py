"""What the tests of SCSampler share: tiny models and clips in memory."""
import json
from pathlib import Path
from typing import Iterator, List, Sequence

import av
import numpy as np
import torch
from helpers import NUM_CLASSES, tiny_classifier, tiny_config
from mmengine.config import Config
from torch import Tensor

from mmaction_sampler.structures import ClipBatch, ClipFrames, ClipStream

CLIP_LEN = 4
SHAPES = dict(
    motion_displacement=(2, 2, 7, 7), rgb_residual=(2, 3, 32, 32),
    log_mel=(1, 1, 40, 40))


def tiny_net(channels: int, head: str = 'SaliencyHead') -> dict:
    """A saliency network on pictures that runs in milliseconds."""
    classes = dict(num_classes=NUM_CLASSES) if head.startswith('A') else {}
    return dict(
        type='SaliencyNet',
        backbone=dict(
            type='mmpretrain.ResNet', depth=18, in_channels=channels,
            stem_channels=4, base_channels=4, num_stages=2, strides=(1, 2),
            dilations=(1, 1), out_indices=(1, )),
        head=dict(type=head, in_channels=8, **classes))


def tiny_scsampler(policy: str = 'AVUnionList', dims: int = 2,
                   head: str = 'SaliencyHead',
                   loss: str = 'SaliencyRankingLoss',
                   **options) -> dict:
    """An SCSampler config that trains in milliseconds."""
    policy_options = dict(num_visual=1) if policy == 'AVUnionList' else {}
    statistics = dict(
        motion_displacement=dict(mean=0., std=2.),
        rgb_residual=dict(mean=0., std=20.),
        log_mel=dict(mean=-7., std=4.))
    return dict(
        dict(
            type='SCSampler',
            num_selected=2,
            policy=dict(type=policy, **policy_options),
            classifier=tiny_classifier(dims),
            visual_saliency_net=dict(
                type='ClipSaliencyNet',
                nets=dict(
                    motion_displacement=tiny_net(2, head),
                    rgb_residual=tiny_net(3, head)),
                loss=dict(type=loss)),
            audio_saliency_net=dict(
                type='ClipSaliencyNet',
                nets=dict(
                    log_mel=dict(
                        type='SaliencyNet',
                        backbone=dict(
                            type='AudioVGG', base_channels=4,
                            out_channels=8),
                        head=dict(type='SaliencyHead', in_channels=8))),
                loss=dict(type='SaliencyRankingLoss')),
            reference_video=dict(
                num_clips=5, clip_len=CLIP_LEN, features=SHAPES),
            data_preprocessor=dict(
                type='ClipDataPreprocessor', features=statistics,
                clips=dict(mean=[127.5] * 3, std=[64.] * 3))), **options)


class TensorStream(ClipStream):
    """A video of L random clips in memory, given in parts of any size.

    Every clip has other numbers of pictures: clip 0 has none of motion.
    """

    def __init__(self, num_clips: int = 5, part: int = 2, seed: int = 0,
                 size: int = 32) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.part = part
        self.clips = torch.randint(
            0, 256, (num_clips, CLIP_LEN, 3, size, size),
            dtype=torch.uint8, generator=generator)
        self.pictures = {}
        self.loaded: List[int] = []
        for name, (_, *shape) in SHAPES.items():
            counts = torch.ones(num_clips, dtype=torch.long)
            if name != 'log_mel':
                counts = torch.arange(num_clips) % 3
                counts[1:].clamp_(min=1)
            owners = torch.arange(num_clips).repeat_interleave(counts)
            self.pictures[name] = ClipFrames(
                10 * torch.randn(len(owners), *shape, generator=generator),
                owners)

    @property
    def num_clips(self) -> int:
        """See the parent."""
        return len(self.clips)

    def features(self, names: Sequence[str]) -> Iterator[ClipBatch]:
        """See the parent."""
        for first in range(0, self.num_clips, self.part):
            last = min(first + self.part, self.num_clips)
            found = {}
            for name in names:
                frames, clips = self.pictures[name]
                inside = (clips >= first) & (clips < last)
                found[name] = ClipFrames(
                    frames[inside], clips[inside] - first)
            yield ClipBatch(found, torch.zeros(last - first).long())

    def load(self, inds: Sequence[int]) -> Iterator[Tensor]:
        """See the parent."""
        self.loaded += list(inds)
        for part in torch.tensor(inds).split(self.part):
            yield self.clips[part]


def training_inputs(batch_size: int = 3, num_clips: int = 4) -> dict:
    """Packed features of some clips of each video, as lists of B."""
    inputs = dict(num_clips=[num_clips] * batch_size)
    for name in SHAPES:
        streams = [TensorStream(num_clips, seed=i) for i in range(batch_size)]
        inputs[name] = [s.pictures[name].frames for s in streams]
        inputs[f'{name}_clips'] = [s.pictures[name].clips for s in streams]
    return inputs


def write_clip_video(path: Path, num_frames: int = 24, shade: int = 0,
                     sound: bool = True) -> Path:
    """Write 32 px MPEG-4 of something that moves, with a tone, at 8 fps."""
    path.parent.mkdir(parents=True, exist_ok=True)
    x = np.arange(32)
    with av.open(str(path), 'w') as container:
        video = container.add_stream('mpeg4', rate=8)
        video.width = video.height = 32
        video.pix_fmt, video.gop_size, video.max_b_frames = 'yuv420p', 12, 0
        audio = container.add_stream(
            'aac', rate=16000, layout='mono') if sound else None
        for i in range(num_frames):
            wave = 60 + 40 * np.sin((x[None] - 2 * i) / 4) * np.cos(x / 5)[
                :, None]
            image = np.repeat(wave[..., None] + shade, 3, 2)
            frame = av.VideoFrame.from_ndarray(
                image.clip(0, 255).astype(np.uint8), format='rgb24')
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio:
            tone = np.sin(np.arange(2000 * num_frames) / 4).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(
                tone[None], format='fltp', layout='mono')
            frame.sample_rate = 16000
            container.mux(audio.encode(frame))
            container.mux(audio.encode())
    return path


def write_clip_dataset(root: Path, num_videos: int = 4) -> Path:
    """Write videos whose brightness tells the class, and their list."""
    names = [f'{i}.mp4' for i in range(num_videos)]
    for i, name in enumerate(names):
        write_clip_video(root / name, 20 + 4 * i, 50 * (i % NUM_CLASSES))
    ann_file = root / 'list.txt'
    ann_file.write_text(''.join(
        f'{name} {i % NUM_CLASSES}\n' for i, name in enumerate(names)))
    return ann_file


LOAD_VISUAL = [dict(type='LoadMotionFeatures', size=(32, 32),
                    residual_from='previous')]
LOAD_AUDIO = [dict(type='LoadLogMel', num_steps=40)]
DECODE = [dict(type='PyAVSparseDecode'),
          dict(type='FormatShape', input_format='NCTHW')]


def stream_pipeline(num_clips=None, **options) -> List[dict]:
    """A test pipeline that gives a stream of the clips of a video."""
    return [
        dict(type='PyAVSparseInit'),
        dict(type='SampleVideoClips', clip_len=CLIP_LEN,
             num_clips=num_clips, test_mode=True),
        dict(type='PackClipStream', clip_pipeline=DECODE,
             features=[
                 dict(names=['motion_displacement', 'rgb_residual'],
                      pipeline=LOAD_VISUAL),
                 dict(names=['log_mel'], pipeline=LOAD_AUDIO, at_once=True),
             ], **options)
    ]


def feature_pipeline(*more: dict, num_clips: int = 3) -> List[dict]:
    """A training pipeline: cheap features of some clips."""
    return [
        dict(type='PyAVSparseInit'),
        dict(type='SampleVideoClips', clip_len=CLIP_LEN,
             num_clips=num_clips), *LOAD_VISUAL, *LOAD_AUDIO, *more,
        dict(type='PackClipFeatures',
             names=['motion_displacement', 'rgb_residual', 'log_mel'])
    ]


def with_a_silent_video(cfg: Config, root: Path) -> Config:
    """Take the sound out of one of four videos, and allow for that."""
    write_clip_video(root / '1.mp4', 24, 50, sound=False)
    for mode in ('train', 'val', 'test'):
        steps = cfg[f'{mode}_dataloader'].dataset.pipeline
        inner = [step for entry in steps[-1].get('features', ())
                 for step in entry['pipeline']]
        for step in [*steps, *inner]:
            if step['type'] == 'LoadLogMel':
                step['without_audio'] = 'silence'
    return cfg


def scsampler_config(root: Path, work_dir: Path) -> Config:
    """A run of both stages on written videos with made-up oracle scores."""
    ann_file = write_clip_dataset(root)
    scores = root / 'scores.jsonl'
    with scores.open('w') as file:
        for i in range(4):
            clips = 5 + i
            file.write(json.dumps(dict(
                path=f'{i}.mp4', total_frames=20 + 4 * i, clip_len=CLIP_LEN,
                frame_interval=1,
                confidence=[(3 * j % clips) / clips for j in range(clips)]
            )) + '\n')
    cfg = tiny_config(ann_file, work_dir)
    cfg.model = tiny_scsampler()
    load = dict(type='LoadClipScores', scores_file=str(scores))
    cfg.train_dataloader.dataset.pipeline = feature_pipeline(load)
    cfg.val_dataloader.dataset.pipeline = stream_pipeline()
    cfg.test_dataloader.dataset.pipeline = stream_pipeline()
    cfg.train_dataloader.batch_size = 2
    cfg.custom_hooks[0].stages = [
        dict(name='sampler', epochs=2), dict(name='joint', epochs=2)]
    return cfg
