"""InPlaceDataPreprocessor gives what MMAction2's gives, bit by bit."""
import pytest
import torch
from helpers import samples
from mmaction.registry import MODELS

MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


def both(inputs, training=False, **options):
    """What MMAction2's and ours make of a batch."""
    outputs = []
    for kind in ('ActionDataPreprocessor', 'InPlaceDataPreprocessor'):
        torch.manual_seed(0)
        preprocessor = MODELS.build(dict(type=kind, **options))
        outputs.append(preprocessor(
            dict(inputs=list(inputs), data_samples=samples([0, 1])),
            training=training)['inputs'])
    return outputs


def videos(shape, dtype=torch.uint8):
    generator = torch.Generator().manual_seed(0)
    return [torch.randint(0, 256, shape, generator=generator).to(dtype)
            for _ in range(2)]


@pytest.mark.parametrize('dtype', [torch.uint8, torch.float32])
@pytest.mark.parametrize('options', [
    dict(mean=MEAN, std=STD),
    dict(mean=MEAN, std=STD, to_rgb=True),
    dict(to_float32=True),
])
def test_frames(dtype, options):
    expected, given = both(videos((4, 3, 6, 5), dtype), **options)
    assert given.dtype == expected.dtype
    assert torch.equal(given, expected)


def test_clips():
    expected, given = both(
        videos((1, 3, 4, 6, 5)), mean=MEAN, std=STD, format_shape='NCTHW')
    assert torch.equal(given, expected)


def test_videos_of_different_sizes_are_padded():
    inputs = [*videos((4, 3, 6, 5))[:1], *videos((4, 3, 4, 7))[:1]]
    expected, given = both(inputs, mean=MEAN, std=STD)
    assert given.shape == (2, 4, 3, 6, 7)
    assert torch.equal(given, expected)


def test_videos_are_left_as_they_are():
    inputs = videos((4, 3, 6, 5), torch.float32)
    before = [video.clone() for video in inputs]
    both(inputs, mean=MEAN, std=STD)
    assert all(torch.equal(a, b) for a, b in zip(inputs, before))


def test_blending_in_training_alone():
    blending = dict(type='MixupBlending', num_classes=4, alpha=0.5)
    inputs = videos((4, 3, 6, 5))
    expected, given = both(
        inputs, training=True, mean=MEAN, std=STD, blending=blending)
    assert torch.equal(given, expected)
    plain, _ = both(inputs, mean=MEAN, std=STD, blending=blending)
    assert not torch.equal(given, plain)
