"""Videos that leave the batch, and what is then not computed."""
import pytest
import torch
from helpers import candidates, samples
from helpers_adafocus_v2 import NUM_FRAMES, build
from torch import nn

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.ops import exit_confidence, exit_steps

INFINITE = float('inf')


def model_and_inputs(criterion='probability', num_videos=6):
    """A model whose thresholds make these videos leave at several steps."""
    model = build(conditional_exit=criterion).eval()
    model.classifier.weight.data *= 4
    inputs = candidates(num_videos)
    with torch.no_grad():
        confidence = exit_confidence(model.see(inputs).logits, criterion)
    # Between the second and third surest video: no rounding decides.
    model.exit_thresholds.copy_(confidence.sort(dim=0).values[-3:-1].mean(0))
    model.exit_thresholds[1] = INFINITE
    steps = exit_steps(confidence, model.exit_thresholds)
    assert len(steps.unique()) >= 3
    model.component_costs(*inputs.shape[-2:])  # so that no test counts it
    return model, inputs, steps


@torch.no_grad()
@pytest.mark.parametrize('criterion', ['probability', 'logit'])
def test_exits_give_the_prediction_of_that_step(criterion):
    model, inputs, steps = model_and_inputs(criterion)
    whole = model.see(inputs)
    results = model(inputs, samples([0] * 6), mode='predict')
    unit = {k: c.unit_macs for k, c in model.component_costs(32, 32).items()}
    for i, (sample, step) in enumerate(zip(results, steps.tolist())):
        expected = whole.logits[i, :step + 1].softmax(-1)
        torch.testing.assert_close(
            sample.step_scores, expected, rtol=0, atol=1e-5)
        torch.testing.assert_close(
            sample.pred_score, expected[-1], rtol=0, atol=1e-5)
        torch.testing.assert_close(
            sample.step_confidence,
            exit_confidence(whole.logits[i, :step + 1], criterion),
            rtol=0, atol=1e-5)
        assert sample.selection.inds.tolist() == list(range(step + 1))
        assert len(sample.selection.boxes) == step + 1
        assert sample.cost == {k: m * (step + 1) for k, m in unit.items()}
    torch.testing.assert_close(
        model(inputs, mode='tensor'),
        torch.stack([s.pred_score for s in results]))


@torch.no_grad()
@pytest.mark.parametrize(
    'name', ['global_cnn', 'policy', 'local_cnn', 'classifier'])
def test_what_has_left_is_not_computed(name):
    model, inputs, steps = model_and_inputs()
    rows = []
    getattr(model, name).register_forward_pre_hook(
        lambda module, args: rows.append(len(args[0])))
    results = model(inputs, samples([0] * 6), mode='predict')
    waiting = [(steps >= step).sum().item() for step in range(NUM_FRAMES)]
    assert rows == [count for count in waiting if count]
    assert sum(rows) == sum(len(s.selection.inds) for s in results)


def test_cost_equals_a_trace_of_what_was_run():
    model, inputs, steps = model_and_inputs()

    class Whole(nn.Module):

        def __init__(self):
            super().__init__()
            self.model = model
            self.forward = model.scores

    first = steps.argmin().item()
    for video in (first, steps.argmax().item()):
        frames = inputs[video:video + 1]
        with torch.no_grad():
            sample, = model(frames, samples([0]), mode='predict')
        assert sum(sample.cost.values()) == pytest.approx(
            count_macs(Whole(), [frames]))
    assert steps[first] < NUM_FRAMES - 1


@torch.no_grad()
def test_batch_equals_one_video_at_a_time():
    model, inputs, _ = model_and_inputs()
    together = model(inputs, samples([0] * 6), mode='predict')
    for i, sample in enumerate(together):
        alone, = model(inputs[i:i + 1], samples([0]), mode='predict')
        torch.testing.assert_close(
            alone.step_scores, sample.step_scores, rtol=0, atol=1e-5)
        torch.testing.assert_close(
            alone.selection.boxes, sample.selection.boxes, rtol=0, atol=1e-4)
        assert alone.cost == sample.cost


@torch.no_grad()
def test_no_exit_without_thresholds_or_when_switched_off():
    model, inputs, _ = model_and_inputs()
    for switched_off in (True, False):
        if switched_off:
            model.conditional_exit = None
        else:
            model.conditional_exit = 'probability'
            model.exit_thresholds.fill_(INFINITE)
        calls = []
        handle = model.local_cnn.register_forward_pre_hook(
            lambda module, args: calls.append(len(args[0])))
        results = model(inputs, samples([0] * 6), mode='predict')
        handle.remove()
        assert calls == [6 * NUM_FRAMES]  # one batch
        assert all(len(s.selection.inds) == NUM_FRAMES for s in results)


@torch.no_grad()
def test_all_leave_after_the_first_frame():
    model = build(thresholds=[0.] + [INFINITE] * (NUM_FRAMES - 1)).eval()
    results = model(candidates(), samples([0, 1, 2]), mode='predict')
    assert [len(s.selection.inds) for s in results] == [1, 1, 1]


def test_thresholds_travel_in_the_checkpoint():
    model = build(thresholds=[.9, .8, .7, .6, INFINITE])
    other = build(seed=1)
    other.load_state_dict(model.state_dict())
    assert torch.equal(other.exit_thresholds, model.exit_thresholds)
