"""torchvision's networks as authors changed them, for tests of converters.

They are written independently of MMAction2, to compare our models with.
"""
import torch
import torchvision
from torch import Tensor, nn


def flat_mobilenet() -> nn.Module:
    """MobileNetV2 as torchvision had it in 2019: a block is one sequence."""
    network = torchvision.models.mobilenet_v2()
    for block in network.features[1:-1]:
        layers = []
        for part in block.conv:
            layers += part if isinstance(part, nn.Sequential) else [part]
        block.conv = nn.Sequential(*layers)
    network.classifier = nn.Linear(1280, 1000)
    return network


def resnet_maps(network: nn.Module, frames: Tensor) -> Tensor:
    """Torchvision's ResNet up to its pooling."""
    return nn.Sequential(*list(network.children())[:-2])(frames)


class Shifted(nn.Module):
    """TSM: an eighth of the channels from the next frame, one from the last.
    """

    def __init__(self, net: nn.Module, num_frames: int) -> None:
        super().__init__()
        self.net = net
        self.num_frames = num_frames

    def forward(self, x: Tensor) -> Tensor:
        """Shift, then ``net``."""
        x = x.unflatten(0, (-1, self.num_frames))
        fold = x.shape[2] // 8
        out = x.clone()
        out[:, :-1, :fold] = x[:, 1:, :fold]
        out[:, -1, :fold] = 0
        out[:, 1:, fold:2 * fold] = x[:, :-1, fold:2 * fold]
        out[:, 0, fold:2 * fold] = 0
        return self.net(out.flatten(0, 1))


@torch.no_grad()
def randomise_statistics(model: nn.Module) -> None:
    """Let batch normalisation have seen something."""
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(std=0.1)
            module.bias.normal_(std=0.1)
            module.running_var.uniform_(0.8, 1.2)
