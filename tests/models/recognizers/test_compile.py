"""``torch.compile`` of a recognizer changes no prediction.

With the backend that runs the captured graphs as they are: what can go wrong
here is what is captured. ``tools/reliability/compare_inference.py`` compiles.
"""
import pytest
import torch
from helpers import enliven, samples, tiny_ocsampler
from helpers_adafocus_v2 import tiny_adafocus_v2, tiny_backbone
from helpers_faster import tiny_faster
from mmaction.registry import MODELS

# One of each kind, with few layers: capturing one takes long.
MODEL_CONFIGS = {
    config['type']: config
    for config in (
        dict(
            tiny_ocsampler(),
            skim_network=tiny_backbone(),
            skim_head=None,
            policy=dict(type='FramePolicy', in_channels=8)),
        tiny_adafocus_v2(), tiny_faster())
}
CONVOLUTIONS = (torch.nn.Conv2d, torch.nn.Conv3d)


@pytest.fixture(autouse=True)
def no_graphs_of_others():
    yield
    torch.compiler.reset()


def build(name: str) -> torch.nn.Module:
    """The same weights every time, in eval mode."""
    torch.manual_seed(0)
    model = MODELS.build(MODEL_CONFIGS[name])
    model.init_weights()
    if name != 'FASTER':
        enliven(model)
    return model.eval()


def predict(model: torch.nn.Module, name: str) -> list:
    """Through ``test_step``, as the runner does."""
    generator = torch.Generator().manual_seed(1)
    shape = (3, 3, 8, 32, 32) if name == 'FASTER' else (
        model.num_candidates, 3, 32, 32)
    videos = [
        torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)
        for _ in range(3)
    ]
    with torch.no_grad():
        return model.test_step(
            dict(inputs=videos, data_samples=samples([0, 1, 2])))


@pytest.mark.parametrize('name', MODEL_CONFIGS)
def test_predictions_are_the_same(name: str) -> None:
    captured = []

    def backend(graph: torch.fx.GraphModule, inputs: list):
        captured.extend(
            node for node in graph.graph.nodes if node.target in (
                torch.conv2d, torch.conv3d))
        return graph.forward

    plain = predict(build(name), name)
    model = build(name)
    model.compile(backend=backend)
    compiled = predict(model, name)
    # A recurrent layer is captured once for every step.
    assert len(captured) >= sum(
        isinstance(m, CONVOLUTIONS) for m in model.modules())
    for one, other in zip(plain, compiled):
        # Folded batch normalisation rounds otherwise.
        assert torch.allclose(one.pred_score, other.pred_score, atol=1e-5)
        assert torch.equal(one.selection.inds, other.selection.inds)
        if 'boxes' in one.selection:
            assert torch.allclose(one.selection.boxes, other.selection.boxes,
                                  atol=1e-3)
        assert one.cost == other.cost
