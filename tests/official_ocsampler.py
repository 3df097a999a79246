"""OCSampler's released networks in plain torch, under the released names.

Written independently of MMAction2, to compare our models with.
"""
from collections import OrderedDict
from typing import List, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

T, SKIM_SIZE = 10, 32
# Input, output and stride of the inverted residual blocks, by layer.
MOBILENET = ([(32, 16, 1)], [(16, 24, 2), (24, 24, 1)],
             [(24, 32, 2)] + [(32, 32, 1)] * 2,
             [(32, 64, 2)] + [(64, 64, 1)] * 3,
             [(64, 96, 1)] + [(96, 96, 1)] * 2,
             [(96, 160, 2)] + [(160, 160, 1)] * 2, [(160, 320, 1)])


def conv_bn(conv: nn.Module, act: Optional[nn.Module]) -> nn.Sequential:
    """Convolution, normalisation and activation, the first two named."""
    norm = (nn.BatchNorm3d if isinstance(conv, nn.Conv3d) else
            nn.BatchNorm2d)(conv.out_channels)
    parts = OrderedDict(conv=conv, bn=norm)
    if act is not None:
        parts['act'] = act
    return nn.Sequential(parts)


class Shifted(nn.Module):
    """A tenth of the channels from the next frame, one from the last."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        """Shift, then ``net``."""
        x = x.unflatten(0, (-1, T))
        fold = x.shape[2] // 10
        out = x.clone()
        out[:, :-1, :fold] = x[:, 1:, :fold]
        out[:, -1, :fold] = 0
        out[:, 1:, fold:2 * fold] = x[:, :-1, fold:2 * fold]
        out[:, 0, fold:2 * fold] = 0
        return self.net(out.flatten(0, 1))


class InvertedResidual(nn.Module):
    """MobileNetV2's block, shifted where it has a skip connection."""

    def __init__(self, c_in: int, c_out: int, stride: int) -> None:
        super().__init__()
        self.skip = stride == 1 and c_in == c_out
        expand = 1 if c_in == 32 and c_out == 16 else 6
        hidden = c_in * expand
        parts: List[nn.Module] = []
        if expand > 1:
            wide = conv_bn(nn.Conv2d(c_in, hidden, 1, bias=False), nn.ReLU6())
            parts.append(Shifted(wide) if self.skip else wide)
        parts += [
            conv_bn(nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden,
                              bias=False), nn.ReLU6()),
            conv_bn(nn.Conv2d(hidden, c_out, 1, bias=False), None)
        ]
        self.conv = nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        """Through the block."""
        return x + self.conv(x) if self.skip else self.conv(x)


class Sampler(nn.Module):
    """MobileNetV2-TSM with a linear layer: probabilities ``(B, T)``."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = conv_bn(nn.Conv2d(3, 32, 3, 2, 1, bias=False),
                             nn.ReLU6())
        for i, blocks in enumerate(MOBILENET, 1):
            setattr(self, f'layer{i}',
                    nn.Sequential(*(InvertedResidual(*b) for b in blocks)))
        self.conv2 = conv_bn(nn.Conv2d(320, 1280, 1, bias=False), nn.ReLU6())
        self.logit = nn.Linear(1280, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """From frames ``(B * T, 3, h, w)``."""
        for layer in list(self.children())[:-1]:
            frames = layer(frames)
        logits = self.logit(frames.mean((2, 3))).reshape(-1, T)
        return logits.softmax(dim=1)


class Bottleneck(nn.Module):
    """torchvision's: the stride is on the 3x3 convolution."""

    def __init__(self, c_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        if c_in != 4 * width:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, 4 * width, 1, stride, bias=False),
                nn.BatchNorm2d(4 * width))

    def forward(self, x: Tensor) -> Tensor:
        """Through the block."""
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        skip = self.downsample(x) if hasattr(self, 'downsample') else x
        return F.relu(self.bn3(self.conv3(out)) + skip)


class SlowBottleneck(nn.Module):
    """SlowOnly's: the last two layers look at three frames at once."""

    def __init__(self, c_in: int, width: int, stride: int) -> None:
        super().__init__()
        frames = 3 if width >= 256 else 1
        self.conv1 = conv_bn(nn.Conv3d(
            c_in, width, (frames, 1, 1), padding=(frames // 2, 0, 0),
            bias=False), nn.ReLU())
        self.conv2 = conv_bn(nn.Conv3d(
            width, width, (1, 3, 3), (1, stride, stride), (0, 1, 1),
            bias=False), nn.ReLU())
        self.conv3 = conv_bn(nn.Conv3d(width, 4 * width, 1, bias=False), None)
        if c_in != 4 * width:
            self.downsample = conv_bn(nn.Conv3d(
                c_in, 4 * width, 1, (1, stride, stride), bias=False), None)

    def forward(self, x: Tensor) -> Tensor:
        """Through the block."""
        skip = self.downsample(x) if hasattr(self, 'downsample') else x
        return F.relu(self.conv3(self.conv2(self.conv1(x))) + skip)


def residual_layers(block: type) -> List[nn.Sequential]:
    """The four layers of depth 50."""
    layers, c_in = [], 64
    for width, depth, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2),
                                 (512, 3, 2)):
        layers.append(nn.Sequential(
            block(c_in, width, stride),
            *(block(4 * width, width, 1) for _ in range(depth - 1))))
        c_in = 4 * width
    return layers


class R50(nn.Module):
    """ResNet-50 and its head, N = 6: logits of frames ``(B, N, ...)``."""

    num_selected = 6

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Module()
        self.backbone.model = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64),
            nn.ReLU(), nn.MaxPool2d(3, 2, 1), *residual_layers(Bottleneck),
            nn.AdaptiveAvgPool2d(1))
        self.sampler = Sampler()
        self.cls_head = nn.Module()
        self.cls_head.layers = nn.Sequential(
            nn.Linear(2048, 4096), nn.BatchNorm1d(4096), nn.ReLU())
        self.cls_head.fc = nn.Linear(4096, 200)

    def classify(self, clips: Tensor) -> Tensor:
        """Logits ``(B, 200)``."""
        hidden = torch.stack([
            self.cls_head.layers(self.backbone.model(frames).flatten(1))
            for frames in clips.unbind(dim=1)])
        return self.cls_head.fc(hidden.max(dim=0).values)


class SlowOnly(nn.Module):
    """SlowOnly-50, N = 4: logits of frames ``(B, N, 3, H, W)``."""

    num_selected = 4

    def __init__(self) -> None:
        super().__init__()
        stem = conv_bn(nn.Conv3d(3, 64, (1, 7, 7), (1, 2, 2), (0, 3, 3),
                                 bias=False), nn.ReLU())
        layers = residual_layers(SlowBottleneck)
        self.backbone = nn.Sequential(OrderedDict(
            conv1=stem, pool=nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
            **{f'layer{i}': layer for i, layer in enumerate(layers, 1)}))
        self.sampler = Sampler()
        self.cls_head = nn.Module()
        self.cls_head.fc_cls = nn.Linear(2048, 200)

    def classify(self, clips: Tensor) -> Tensor:
        """Logits ``(B, 200)``."""
        features = self.backbone(clips.transpose(1, 2))
        return self.cls_head.fc_cls(features.mean(dim=(2, 3, 4)))


def reference(variant: type) -> nn.Module:
    """A variant with random weights and statistics."""
    torch.manual_seed(0)
    model = variant()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            for tensor in (module.weight.data, module.running_var):
                tensor.uniform_(0.5, 1.5)
            for tensor in (module.bias.data, module.running_mean):
                tensor.normal_(std=0.1)
    return model.eval()


@torch.no_grad()
def run(model: nn.Module, candidates: Tensor) -> Tuple[Tensor, ...]:
    """Scores, selected and candidates' probabilities of a reference."""
    small = F.interpolate(candidates.flatten(0, 1), size=SKIM_SIZE)
    probs = model.sampler(small)
    inds = probs.topk(model.num_selected).indices.sort(dim=1).values
    clips = torch.stack([video[i] for video, i in zip(candidates, inds)])
    return model.classify(clips).softmax(dim=1), inds, probs
