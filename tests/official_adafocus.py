"""AdaFocus' released networks in plain torch, under the released names."""
from typing import Any, Dict, List, Tuple

import torch
import torchvision
from official_torchvision import Shifted, flat_mobilenet, resnet_maps
from torch import Tensor, nn

NUM_GLANCE, NUM_FOCUS = 8, 12
HIDDEN = 1024


def part(**modules: nn.Module) -> nn.Module:
    """A module that only holds others."""
    holder = nn.Module()
    for name, module in modules.items():
        setattr(holder, name, module)
    return holder


class ActorCritic(nn.Module):
    """The released policy."""

    def __init__(self, layers: List[nn.Module], actor: List[nn.Module]):
        super().__init__()
        self.state_encoder = nn.Sequential(*layers)
        self.gru = nn.GRU(HIDDEN, HIDDEN)
        self.actor = nn.Sequential(*actor)
        self.critic = nn.Sequential(nn.Linear(HIDDEN, 1))

    def act(self, maps: Tensor, hidden: Tensor) -> Tuple[Tensor, Tensor]:
        """What testing does with one step: actor's output and state."""
        code = self.state_encoder(maps)[None]
        out, hidden = self.gru(code, hidden)
        return self.actor(out[0]), hidden


def crop(frames: Tensor, place: Tensor, size: int) -> Tensor:
    """The same patch of some frames, as the authors cut it."""
    y, x = torch.floor(place * (frames.shape[-1] - size)).int().tolist()
    return frames[..., y:y + size, x:x + size]


class Anet(nn.Module):
    """Of ActivityNet, on one video, frame after frame."""

    def __init__(self) -> None:
        super().__init__()

        def policy() -> nn.Module:
            return ActorCritic(
                [nn.Conv2d(1280, 32, 1, bias=False), nn.ReLU(), nn.Flatten(),
                 nn.Linear(32 * 49, HIDDEN), nn.ReLU()],
                [nn.Linear(HIDDEN, 49), nn.Softmax(dim=-1)])

        glance = torchvision.models.mobilenet_v2()
        glance.classifier[1] = nn.Linear(1280, 200)
        self.glancer = part(net=glance)
        self.focuser = part(
            net=torchvision.models.resnet50(num_classes=200),
            policy=part(policy=policy(), policy_old=policy()))
        self.classifier = part(
            gru=nn.GRU(1280 + 2048, HIDDEN, batch_first=True),
            dropout=nn.Dropout(), fc=nn.Linear(HIDDEN, 200))
        self.focuser.policy.policy_old.load_state_dict(
            self.focuser.policy.policy.state_dict())

    @property
    def policy(self) -> ActorCritic:
        """The policy that is tested."""
        return self.focuser.policy.policy

    def forward(self, frames: Tensor, patch_size: int,
                side: int = 7) -> Tuple[Tensor, Tensor]:
        """Logits after, and places in, each of ``(T, 3, 224, 224)``."""
        grid = torch.tensor([[i / (side - 1), j / (side - 1)]
                             for i in range(side) for j in range(side)])
        grid = grid.to(frames)  # as our buffer when the model is converted
        hidden = state = frames.new_zeros(1, 1, HIDDEN)
        places, logits = [], []
        for frame in frames:
            maps = self.glancer.net.features(frame[None])
            probs, hidden = self.policy.act(maps, hidden)
            places.append(grid[probs[0].argmax()])
            local = resnet_maps(
                self.focuser.net, crop(frame[None], places[-1], patch_size))
            feature = torch.cat([maps.mean((2, 3)), local.mean((2, 3))], 1)
            out, state = self.classifier.gru(feature[None], state)
            logits.append(self.classifier.fc(out[0, 0]))
        return torch.stack(logits), torch.stack(places)


class Sthsth(nn.Module):
    """Of Something-Something, on one video."""

    def __init__(self) -> None:
        super().__init__()
        glance = flat_mobilenet()
        for block in glance.features[1:-1]:
            if block.use_res_connect:
                block.conv[0] = Shifted(block.conv[0], NUM_GLANCE)
        glance.classifier = nn.Linear(1280, 174)
        self.glancer = part(net=glance)
        focus = torchvision.models.resnet50()
        for i in range(1, 5):
            for block in getattr(focus, f'layer{i}'):
                block.conv1 = Shifted(block.conv1, NUM_FOCUS)
        self.focuser = part(net=part(
            base_model=nn.Sequential(*list(focus.children())[:-1])))
        self.classifier = nn.Linear(2048, 174)
        self.policy = ActorCritic(
            [nn.Conv2d(NUM_GLANCE * 1280, 64, 1, bias=False),
             nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten(),
             nn.Linear(64 * 49, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU()],
            [nn.Linear(HIDDEN, 2), nn.Sigmoid()])

    def forward(self, frames: Tensor,
                patch_size: int) -> Tuple[Tensor, Tensor]:
        """Logits of a video, and the place in it."""
        glance, focus = frames[:NUM_GLANCE], frames[NUM_GLANCE:]
        maps = self.glancer.net.features(glance)
        place, _ = self.policy.act(
            maps.flatten(0, 1)[None], frames.new_zeros(1, 1, HIDDEN))
        local = self.focuser.net.base_model(crop(focus, place[0], patch_size))
        logits = self.glancer.net.classifier(maps.mean((2, 3))).mean(0)
        logits = logits + self.classifier(local.flatten(1)).mean(0)
        return logits[None], place


def checkpoint(model: nn.Module) -> Dict[str, Any]:
    """What the authors save."""
    return dict(
        epoch=10, model_state_dict=model.state_dict(),
        glancer=model.glancer.state_dict(),
        focuser=model.focuser.state_dict(), fc=model.classifier.state_dict(),
        scaler=None, policy=model.policy.state_dict(),
        acc=torch.tensor(0.5), best_acc=0.5, optimizer=None)
