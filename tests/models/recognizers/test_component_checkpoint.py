"""``component_checkpoints``: whole components, parts of them, and errors."""
from pathlib import Path
from typing import Any, Dict

import pytest
import torch
from helpers import tiny_classifier, tiny_ocsampler
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.models.recognizers import OCSampler


def build(checkpoints: Any) -> OCSampler:
    torch.manual_seed(0)
    model = MODELS.build(tiny_ocsampler(component_checkpoints=checkpoints))
    model.init_weights()
    return model


def zoo_state(num_classes: int) -> Dict[str, Tensor]:
    """Parameters of a recognizer with another number of classes."""
    torch.manual_seed(7)
    config = tiny_classifier()
    config['cls_head']['num_classes'] = num_classes
    return MODELS.build(config).state_dict()


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    """A checkpoint as the zoo has them: more keys, 400 classes."""
    state = dict(zoo_state(400))
    state['data_preprocessor.mean'] = torch.zeros(3, 1, 1)
    path = tmp_path / 'zoo.pth'
    torch.save(dict(state_dict=state, meta=dict(epoch=100)), path)
    return path


def assert_backbone_is_loaded(model: OCSampler) -> None:
    state = zoo_state(400)
    loaded = model.classifier.backbone.state_dict()
    assert loaded
    for key, value in loaded.items():
        assert torch.equal(value, state[f'backbone.{key}']), key


@pytest.mark.parametrize('nested', [False, True])
def test_part_of_a_component(zoo, nested):
    part = dict(checkpoint=str(zoo), prefix='backbone.')
    model = build(dict(classifier=dict(backbone=part)) if nested else
                  {'classifier.backbone': part})
    assert_backbone_is_loaded(model)
    assert model.classifier.cls_head.fc_cls.weight.shape[0] == 3


def test_a_component_and_then_a_part_of_it(zoo, tmp_path):
    path = tmp_path / 'whole.pth'
    torch.save(zoo_state(3), path)
    model = build({
        'classifier': str(path),
        'classifier.backbone': dict(checkpoint=str(zoo), prefix='backbone.')
    })
    assert_backbone_is_loaded(model)
    head = model.classifier.cls_head.fc_cls.weight
    assert torch.equal(head, zoo_state(3)['cls_head.fc_cls.weight'])


def test_old_checkpoint_without_counts_of_batches(tmp_path):
    state = zoo_state(3)
    old = {k: v for k, v in state.items() if 'num_batches_tracked' not in k}
    assert len(old) < len(state)
    path = tmp_path / 'old.pth'
    torch.save(old, path)
    model = build(dict(classifier=str(path)))
    for key, value in model.classifier.state_dict().items():
        assert torch.equal(value, state[key]), key


def test_other_number_of_classes_names_the_way_out(zoo):
    with pytest.raises(ValueError, match=(
            r"'cls_head.fc_cls.weight' \(3, 8\), which has shape \(400, 8\) "
            r"there.*'classifier.backbone': dict\(checkpoint")):
        build(dict(classifier=str(zoo)))


@pytest.mark.parametrize('checkpoints,message', [
    ({'teacher.backbone': 'x.pth'},
     "names 'teacher.backbone', but OCSampler has the components skim_netw"),
    (dict(teacher=dict(backbone='x.pth')), "names 'teacher.backbone'"),
    ({'classifier.body': 'x.pth'},
     "'classifier.body', but classifier was built with no part 'body'; it "
     'has data_preprocessor, backbone, cls_head'),
    (dict(classifier=dict(checkpoint='x.pth', backbone='y.pth')),
     "has 'backbone' beside the checkpoint of 'classifier'"),
    (dict(classifier=dict(checkpoint='x.pth', prefx='backbone.')),
     "has 'prefx' beside"),
])
def test_unknown_names_are_refused(checkpoints, message):
    with pytest.raises(ValueError, match=message):
        build(checkpoints)


def test_component_that_the_model_lacks():
    config = tiny_ocsampler(component_checkpoints=dict(skim_head='x.pth'))
    model = MODELS.build(dict(config, skim_head=None))
    with pytest.raises(ValueError, match="built with no part 'skim_head'"):
        model.init_weights()
