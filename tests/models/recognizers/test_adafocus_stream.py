"""Online recognition against the batch."""
import pytest
import torch
from helpers import NUM_CLASSES, candidates, tiny_adafocus
from mmaction.registry import MODELS
from torch import nn

from mmaction_sampler.models.recognizers import AdaFocusStream

HEADS = [
    dict(type='GRUHead', num_classes=NUM_CLASSES, in_channels=1288,
         hidden_channels=8),
    dict(type='AveragedLinearHead', num_classes=NUM_CLASSES,
         in_channels=1288),
]


def build(**options):
    torch.manual_seed(0)
    model = MODELS.build(tiny_adafocus(**options)).eval()
    nn.init.normal_(model.policy.actor.weight)
    return model


@pytest.mark.parametrize('head', HEADS, ids=lambda head: head['type'])
def test_equals_the_batch_after_every_frame(head):
    model = build(classifier=head)
    inputs = candidates()
    with torch.no_grad():
        whole = model.recognize(inputs)
    stream = AdaFocusStream(model)
    for _ in range(2):  # the second time from the beginning
        for t in range(5):
            output = stream.step(inputs[:, t])
            torch.testing.assert_close(
                output.scores, whole.scores[:, t], rtol=0, atol=1e-5)
            corners = (whole.offsets[:, t] * 16).floor().flip(-1)
            assert torch.equal(output.boxes[:, :2], corners)
            assert output.keep.all()
        stream.reset()


def test_costs_one_frame_a_call():
    model = build()
    calls = []
    for name in ('global_cnn', 'local_cnn'):
        getattr(model, name).register_forward_hook(
            lambda _, inputs, __: calls.append(len(inputs[0])))
    stream = AdaFocusStream(model)
    for frame in candidates().transpose(0, 1):
        stream.step(frame)
    assert calls == [3] * 10


def test_training_mode_is_refused():
    with pytest.raises(ValueError, match='eval mode'):
        AdaFocusStream(build().train())
