"""A config's test pipeline, on files without labels."""
from pathlib import Path

import pytest
from helpers import write_video
from helpers_infer import predict, write_recognizer
from mmengine.config import Config

from mmaction_sampler.apis.load_recognizer import load_recognizer
from mmaction_sampler.apis.video_pipeline import video_pipeline


def test_what_is_reported_stays_with_the_sample(tmp_path: Path) -> None:
    """Whatever the config keeps."""
    config, weights = write_recognizer(tmp_path)
    cfg = Config.fromfile(config)
    cfg.test_pipeline[-1].meta_keys = ('img_shape', )
    sample = predict(load_recognizer(cfg, weights), video_pipeline(cfg),
                     str(write_video(tmp_path / 'v.mp4')))
    # The centres of five equal segments of twelve frames.
    assert list(sample.frame_inds) == [1, 3, 6, 8, 10]
    assert sample.filename == str(tmp_path / 'v.mp4')
    assert sample.total_frames == 12 and sample.avg_fps > 0
    # The config is not changed by that.
    assert cfg.test_pipeline[-1].meta_keys == ('img_shape', )


def test_config_without_test_pipeline() -> None:
    with pytest.raises(ValueError, match='has no test_pipeline'):
        video_pipeline(Config(dict(model=dict())))
