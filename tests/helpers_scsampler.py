"""What the tests of SCSampler share: tiny models and clips in memory."""
from typing import Iterator, List, Sequence

import torch
from helpers import NUM_CLASSES, tiny_classifier
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
