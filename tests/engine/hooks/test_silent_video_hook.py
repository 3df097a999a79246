"""Videos without sound are counted, in training and in testing."""
from pathlib import Path
from typing import Dict, List

import pytest
from helpers import build_runner, log_text
from helpers_scsampler import scsampler_config, with_a_silent_video
from mmengine.hooks import Hook
from mmengine.runner import Runner


class SampleRecorder(Hook):
    """Keeps what predicted samples say of how their files were read."""

    def __init__(self) -> None:
        self.facts: Dict[str, tuple] = {}

    def after_test_iter(self, runner, batch_idx, data_batch=None,
                        outputs=None):
        """Keep those of a batch."""
        for sample in outputs:
            self.facts[Path(sample.filename).name] = (
                sample.motion_source, sample.has_audio)


def run(root: Path, silent: bool, load_timeout=None) -> Runner:
    """A runner of a tiny SCSampler, on four videos."""
    cfg = scsampler_config(root, root / 'run')
    if silent:
        with_a_silent_video(cfg, root)
    pack = cfg.test_dataloader.dataset.pipeline[-1]
    pack['load_timeout'] = load_timeout
    return build_runner(cfg)


@pytest.mark.parametrize('load_timeout', [None, 60.])
def test_in_testing(tmp_path: Path, load_timeout) -> None:
    runner = run(tmp_path, True, load_timeout)
    recorder = SampleRecorder()
    runner.register_hook(recorder)
    assert runner.test()['silent_videos'] == 1
    assert recorder.facts == {
        f'{i}.mp4': ('raw', i != 1) for i in range(4)}


def test_in_training(tmp_path: Path) -> None:
    runner = run(tmp_path, True)
    runner.train()
    lines: List[str] = [line for line in log_text(runner).splitlines()
                        if 'no sound' in line]
    assert len(lines) == 1
    assert '1 video(s) of train have no sound, one is ' in lines[0]
    assert '1.mp4; silence was taken' in lines[0]
    assert runner.message_hub.get_scalar(
        'val/silent_videos').current() == 1


def test_nothing_is_said_where_all_have_sound(tmp_path: Path) -> None:
    assert 'silent_videos' not in run(tmp_path, False).test()
