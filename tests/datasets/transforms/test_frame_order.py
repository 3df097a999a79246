"""Frames from coarse to fine, through the pipeline."""
from pathlib import Path

import numpy as np
from helpers import write_video
from mmaction.registry import TRANSFORMS
from mmcv.transforms import Compose


def test_order_of_the_frame_numbers():
    transform = TRANSFORMS.build(dict(type='OrderFrames'))
    results = transform(dict(frame_inds=np.arange(0, 50, 5)))
    assert results['frame_inds'].tolist() == [
        20, 0, 45, 10, 30, 5, 15, 25, 35, 40]


def test_decoding_gives_the_frames_in_that_order(tmp_path: Path):
    """Frame i of the video has grey level 8 i."""
    path = write_video(tmp_path / 'video.mp4', num_frames=20)
    pipeline = Compose([
        TRANSFORMS.build(config) for config in (
            dict(type='DecordInit'),
            dict(type='SampleCandidateFrames', num_candidates=10,
                 test_mode=True),
            dict(type='OrderFrames'),
            dict(type='DecordDecode'))
    ])
    results = pipeline(dict(filename=str(path), start_index=0,
                            modality='RGB'))
    assert results['frame_inds'].tolist() == [9, 1, 19, 5, 13, 3, 7, 11, 15,
                                              17]
    levels = [image.mean() / 8 for image in results['imgs']]
    np.testing.assert_allclose(levels, results['frame_inds'], atol=0.5)
