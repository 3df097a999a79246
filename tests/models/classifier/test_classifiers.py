"""The classifiers of OCSampler Tables 1 and 6, as the zoo has them."""
from typing import Iterator

import pytest
import torch
from helpers import REPOSITORY, candidates, samples
from mmaction.models.recognizers.base import BaseRecognizer
from mmaction.registry import MODELS
from mmengine.config import Config, ConfigDict
from mmengine.hub import get_config
from mmengine.registry import init_default_scope

from mmaction_sampler.models.classifier import classifier_input, classify
from mmaction_sampler.models.recognizers import OCSampler

SIZE = 64
ZOO = {
    'slowonly-r50':
    'slowonly/slowonly_imagenet-pretrained-r50_8xb16-4x16x1-steplr-150e_'
    'kinetics400-rgb.py',
    'slowonly-r101':
    'slowonly/slowonly_r101_8xb16-8x8x1-196e_kinetics400-rgb.py',
    'x3d-s':
    'x3d/x3d_s_13x6x1_facebook-kinetics400-rgb.py',
    'r2plus1d-r34':
    'r2plus1d/r2plus1d_r34_8xb8-8x8x1-180e_kinetics400-rgb.py',
    'mobilenetv2-tsm':
    'tsm/tsm_imagenet-pretrained-mobilenetv2_8xb16-1x1x8-100e_'
    'kinetics400-rgb.py',
}


def zoo_config(name: str) -> ConfigDict:
    """The recognizer's config in the zoo."""
    return get_config(f'mmaction::recognition/{ZOO[name]}').model


def shipped_config(name: str) -> ConfigDict:
    """The OCSampler's config here."""
    return Config.fromfile(
        REPOSITORY / 'configs/ocsampler/ocsampler_mobilenetv2-tsm-'
        f'{name}_4xb16-t10n4-50e-50e_anet-rgb.py').model


def narrow(recognizer: ConfigDict) -> None:
    """An eighth of a ResNet's channels, for speed; all layers stay."""
    if 'depth' in recognizer.backbone:
        recognizer.backbone.base_channels = 8
        recognizer.cls_head.in_channels //= 8


def zoo_recognizer(name: str) -> BaseRecognizer:
    """The zoo's recognizer, without the download."""
    init_default_scope('mmaction')
    torch.manual_seed(3)
    config = zoo_config(name)
    config.backbone.pretrained = None
    narrow(config)
    return MODELS.build(config).eval()


def narrow_config(name: str) -> ConfigDict:
    """Our config with a tiny skim network and a narrow classifier."""
    config = shipped_config(name)
    config.skim_size = 16
    config.skim_network.update(
        widen_factor=0.1, pretrained=None, pretrained2d=False)
    narrow(config.classifier)
    return config


def built(config: ConfigDict) -> OCSampler:
    """The recognizer with its checkpoints."""
    model = MODELS.build(config)
    model.init_weights()
    return model.eval()


@pytest.fixture(scope='module', params=list(ZOO))
def name(request: pytest.FixtureRequest) -> str:
    """A classifier."""
    return request.param


@pytest.fixture(scope='module')
def checkpoint(name: str,
               tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A file like the zoo's: 400 classes, and keys that are not weights."""
    path = tmp_path_factory.mktemp('zoo') / 'zoo.pth'
    state = dict(zoo_recognizer(name).state_dict())
    state['data_preprocessor.mean'] = torch.zeros(3, 1, 1)
    torch.save(dict(state_dict=state, meta=dict(epoch=100)), path)
    yield str(path)
    path.unlink()


@torch.no_grad()
def test_backbone_of_the_zoo_under_a_new_head(name, checkpoint):
    cfg = Config(dict(model=narrow_config(name)))
    cfg.merge_from_dict({  # as --cfg-options does
        'model.component_checkpoints.classifier.backbone.checkpoint':
        checkpoint})
    config = cfg.model
    assert config.component_checkpoints.classifier.backbone == dict(
        checkpoint=checkpoint, prefix='backbone.')
    model = built(config)
    scores = model(candidates(1, 10, SIZE), mode='tensor')
    assert scores.shape == (1, 200)
    assert scores.sum().item() == pytest.approx(1, abs=1e-5)

    zoo = zoo_recognizer(name).backbone
    clips = candidates(1, 8, SIZE)
    inputs = classifier_input(model.classifier, clips).flatten(0, 1)
    expected = zoo(inputs)
    scale = expected.abs().max()
    assert scale > 0
    torch.testing.assert_close(
        model.classifier.backbone(inputs) / scale, expected / scale,
        rtol=0, atol=1e-5)
    for key, value in zoo.state_dict().items():
        assert torch.equal(model.classifier.backbone.state_dict()[key],
                           value), key


@torch.no_grad()
def test_whole_recognizer_of_the_zoo(name, checkpoint):
    """What MMAction2 itself predicts with the same file."""
    config = narrow_config(name)
    config.classifier.cls_head.num_classes = 400
    config.skim_head.num_classes = 400
    config.component_checkpoints = dict(classifier=checkpoint)
    model = built(config)
    zoo = zoo_recognizer(name)
    clips = candidates(1, 8, SIZE)
    inputs = classifier_input(model.classifier, clips)
    expected, = zoo(inputs, samples([0]), mode='predict')
    torch.testing.assert_close(
        classify(model.classifier, clips)[0], expected.pred_score)


@torch.no_grad()
def test_takes_clips_of_one_to_eight_frames(name):
    classifier = MODELS.build(narrow_config(name).classifier).eval()
    for num_frames in range(1, 9):
        scores = classify(classifier, candidates(1, num_frames, 32))
        assert scores.shape == (1, 200), num_frames
        assert torch.isfinite(scores).all(), num_frames


def test_architecture_and_normalisation_are_the_zoos(name):
    zoo, ours = zoo_config(name), shipped_config(name)
    assert ours.classifier.type == zoo.type
    assert ours.classifier.cls_head.num_classes == 200
    for part, may_differ in (
            ('backbone', ('pretrained', 'pretrained2d', 'num_segments',
                          'norm_cfg')),
            ('cls_head', ('num_classes', 'num_segments'))):
        for key in {*zoo[part], *ours.classifier[part]} - {*may_differ}:
            assert ours.classifier[part][key] == zoo[part][key], key
    # SyncBN and BN3d have the same parameters; eps has to agree.
    if 'norm_cfg' in zoo.backbone:
        assert ours.classifier.backbone.norm_cfg == dict(
            zoo.backbone.norm_cfg, type='BN3d')
    for key in ('mean', 'std'):
        assert ours.data_preprocessor[key] == zoo.data_preprocessor[key]
