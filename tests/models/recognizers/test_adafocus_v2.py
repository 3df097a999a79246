"""AdaFocusV2 through its config: training, predictions, cost."""
import pytest
import torch
import torch.nn.functional as F
from helpers import NUM_CLASSES, candidates, samples, tiny_classifier
from helpers_adafocus_v2 import NUM_FRAMES, build, tiny_adafocus_v2
from mmaction.registry import MODELS

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.ops import bilinear_patches


def trained(model):
    """Components that have a gradient."""
    return {
        name for name in model.components
        if any(p.grad is not None and p.grad.abs().sum() > 0
               for p in getattr(model, name).parameters())
    }


def backward(model, batch_size=3):
    losses = model(
        candidates(batch_size), samples([0, 1, 2][:batch_size]), mode='loss')
    model.parse_losses(losses)[0].backward()
    return losses


def test_one_stage_trains_everything():
    model = build()
    assert list(model.STAGES) == ['end_to_end']
    model.set_stage('end_to_end')
    backward(model)
    assert trained(model) == set(model.COMPONENTS)


@pytest.mark.parametrize('name', ['classifier', 'local_head'])
def test_loss_reaches_the_offset(name):
    """Each of the two losses behind the patches moves the policy."""
    model = build()
    model.set_stage('end_to_end')
    losses = model(candidates(), samples([0, 1, 2]), mode='loss')
    losses[f'{name}.loss_cls'].backward()
    assert 'policy' in trained(model)


def test_policy_sends_no_gradient_into_the_glance(monkeypatch):
    """With the glance cut off from its other uses nothing trains it."""
    model = build(global_head=None)
    model.set_stage('end_to_end')
    glance = model.glance

    def maps_only(frames):
        result = glance(frames)
        return result._replace(vectors=result.vectors.detach())

    monkeypatch.setattr(model, 'glance', maps_only)
    backward(model)
    assert 'policy' in trained(model)
    assert 'global_cnn' not in trained(model)


def test_loss_written_out(monkeypatch):
    """Cross-entropy of three branches, of both sorts of patches."""
    model = build().double()
    model.set_stage('end_to_end')
    model.eval()
    inputs, labels = candidates(2).double(), [0, 2]
    other = torch.rand(2, NUM_FRAMES, 2, dtype=torch.float64)
    monkeypatch.setattr(torch, 'rand_like', lambda x: other)
    losses = model(inputs, samples(labels), mode='loss')
    target = torch.tensor(labels).repeat_interleave(NUM_FRAMES)

    maps, = model.global_cnn(F.interpolate(
        inputs.flatten(0, 1), size=24, mode='bilinear'))
    glanced = maps.mean(dim=(2, 3)).unflatten(0, (2, NUM_FRAMES))
    learned, _ = model.policy(maps.unflatten(0, (2, NUM_FRAMES)))

    def cross_entropy(logits):
        return F.cross_entropy(logits.flatten(0, 1), target)

    expected = dict.fromkeys(('classifier', 'local_head'), 0.)
    for patch_offset in (learned, other):
        patches = bilinear_patches(
            inputs.flatten(0, 1), patch_offset.flatten(0, 1), 16)
        looked, = model.local_cnn(patches)
        looked = looked.mean(dim=(2, 3)).unflatten(0, (2, NUM_FRAMES))
        logits, _ = model.classifier(torch.cat([glanced, looked], dim=-1))
        expected['classifier'] += cross_entropy(logits) / 2
        expected['local_head'] += cross_entropy(
            model.local_head(looked)) / 2
    expected['global_head'] = cross_entropy(model.global_head(glanced))
    for name, value in expected.items():
        torch.testing.assert_close(
            losses[f'{name}.loss_cls'], value, rtol=1e-6, atol=0)


def test_without_auxiliary_supervision():
    model = build(global_head=None, local_head=None)
    model.set_stage('end_to_end')
    losses = backward(model)
    assert set(losses) == {'classifier.loss_cls', 'classifier.top1_acc'}
    assert model.components == (
        'global_cnn', 'policy', 'local_cnn', 'classifier')


def test_multi_label_training():
    model = build()
    model.set_stage('end_to_end')
    data = samples([0, 0])
    for sample in data:
        sample.set_gt_label(torch.tensor([1., 0., 1.]))
    losses = model(candidates(2), data, mode='loss')
    assert model.parse_losses(losses)[0].isfinite()


@torch.no_grad()
def test_predict_fills_scores_selection_and_cost():
    model = build().eval()
    inputs = candidates()
    results = model(inputs, samples([0, 1, 2]), mode='predict')
    seen = model.see(inputs)
    for i, sample in enumerate(results):
        assert sample.pred_score.shape == (NUM_CLASSES, )
        assert sample.pred_score.sum() == pytest.approx(1)
        assert sample.pred_label.item() == sample.pred_score.argmax()
        torch.testing.assert_close(
            sample.step_scores, seen.logits[i].softmax(-1))
        assert torch.equal(sample.step_scores[-1], sample.pred_score)
        selection = sample.selection
        assert selection.inds.tolist() == list(range(NUM_FRAMES))
        assert selection.unit == 'patch'
        corners = seen.patch_offset[i] * (32 - 16)
        torch.testing.assert_close(selection.boxes[:, 1], corners[:, 0])
        torch.testing.assert_close(selection.boxes[:, 0], corners[:, 1])
        torch.testing.assert_close(
            selection.boxes[:, 2:] - selection.boxes[:, :2],
            torch.full((NUM_FRAMES, 2), 16.))
        assert set(sample.cost) == {
            'global_cnn', 'policy', 'local_cnn', 'classifier'}
    torch.testing.assert_close(
        model(inputs, mode='tensor'),
        torch.stack([s.pred_score for s in results]))


@torch.no_grad()
def test_cost_equals_a_trace_of_the_whole_model():

    class Whole(torch.nn.Module):

        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return self.model.see(inputs).logits

    model = build().eval()
    sample = model(candidates(1), samples([0]), mode='predict')[0]
    assert sum(sample.cost.values()) == pytest.approx(
        count_macs(Whole(model), [candidates(1)]))


@torch.no_grad()
def test_streaming_equals_the_batch():
    model = build().eval()
    inputs = candidates()
    results = model(inputs, samples([0, 1, 2]), mode='predict')
    frames = []
    model.local_cnn.register_forward_pre_hook(
        lambda module, args: frames.append(len(args[0])))
    state = None
    for step in range(NUM_FRAMES):
        scores, state = model.stream(inputs[:, step], state)
        for i in range(3):
            torch.testing.assert_close(
                scores[i], results[i].step_scores[step], rtol=0, atol=1e-5)
    assert frames == [3] * NUM_FRAMES  # one frame of each video a call
    with pytest.raises(ValueError, match='frame 6 of a video'):
        model.stream(inputs[:, 0], state)
    with pytest.raises(ValueError, match='eval mode'):
        model.train().stream(inputs[:, 0])


def test_sweeps_of_frames_and_patch_size():
    config = tiny_adafocus_v2()
    config.update(num_candidates=7, patch_size=20)
    model = MODELS.build(config).eval()
    with torch.no_grad():
        sample, = model(candidates(1, 7), samples([0]), mode='predict')
    assert len(sample.selection.inds) == 7
    box = sample.selection.boxes[0]
    assert (box[2] - box[0]).item() == pytest.approx(20)


@pytest.mark.parametrize('kind', ['CenterPatchPolicy', 'RandomPatchPolicy'])
def test_fixed_patches_with_the_weights_of_learned_ones(kind):
    """They cost nothing, and videos leave one by one with them, too."""
    learned, fixed = build().eval(), build(policy=dict(type=kind)).eval()
    missing, _ = fixed.load_state_dict(learned.state_dict(), strict=False)
    assert not missing
    fixed.exit_thresholds.fill_(float('inf'))
    fixed.exit_thresholds[2] = 0.
    with torch.no_grad():
        sample = fixed(candidates(2), samples([0, 1]), mode='predict')[0]
    assert 'policy' not in sample.cost and len(sample.cost) == 3
    corners = sample.selection.boxes[:, :2]
    assert len(corners) == 3
    assert (corners == 8.).all() == (kind == 'CenterPatchPolicy')


def test_bfloat16_autocast_scores_in_float32():
    model = build().eval()
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16):
        sample = model(candidates(1), samples([0]), mode='predict')[0]
    assert sample.pred_score.dtype == torch.float32
    assert sample.selection.boxes.dtype == torch.float32


def test_bfloat16_training_reaches_everything():
    model = build()
    model.set_stage('end_to_end')
    with torch.autocast('cpu', torch.bfloat16):
        losses = model(candidates(), samples([0, 1, 2]), mode='loss')
    assert all(v.dtype == torch.float32 for v in losses.values())
    model.parse_losses(losses)[0].backward()
    assert trained(model) == set(model.COMPONENTS)


def test_component_checkpoint_of_an_ordinary_recognizer(tmp_path):
    torch.manual_seed(5)
    recognizer = MODELS.build(tiny_classifier())
    path = tmp_path / 'tsn.pth'
    torch.save(dict(state_dict=recognizer.state_dict(), meta={}), path)
    model = build()
    model.component_checkpoints = dict(
        local_cnn=dict(checkpoint=str(path), prefix='backbone.'))
    model.init_weights()
    for key, value in recognizer.backbone.state_dict().items():
        assert torch.equal(model.local_cnn.state_dict()[key], value)


@pytest.mark.parametrize('options,message', [
    (dict(conditional_exit='entropy'), "one of None, 'probability', 'logit'"),
    (dict(component_checkpoints=dict(backbone='x.pth')),
     "names 'backbone', but AdaFocusV2 has the components global_cnn"),
])
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        MODELS.build(tiny_adafocus_v2(**options))


def test_wrong_inputs_are_refused():
    model = build().eval()
    with pytest.raises(ValueError, match='num_candidates = 5, but got'):
        model(candidates(2, 4), mode='tensor')
    with pytest.raises(ValueError, match=r'labels must be in \[0, num_cl'):
        model(candidates(2), samples([0, 3]), mode='loss')
    with pytest.raises(ValueError, match=r'12x12 px\), but got 16'):
        model(candidates(2, size=12), mode='tensor')
