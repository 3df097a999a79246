"""Testing goes on past videos that cannot be decoded."""
from pathlib import Path

import pytest
from helpers import tiny_config, write_video
from mmengine.runner import Runner


@pytest.mark.parametrize('order,batch_size', [
    ('gab', 1), ('abg', 1), ('abg', 2), ('agb', 3)])
def test_broken_video_alone_or_beside_others(
        tmp_path: Path, order: str, batch_size: int) -> None:
    """Video g is gone."""
    write_video(tmp_path / 'a.mp4')
    write_video(tmp_path / 'b.mp4')
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text(''.join(f'{name}.mp4 0\n' for name in order))
    cfg = tiny_config(ann_file, tmp_path / 'run')
    cfg.test_dataloader.batch_size = batch_size
    cfg.train_dataloader = cfg.train_cfg = cfg.optim_wrapper = None
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.custom_hooks = []
    metrics = Runner.from_cfg(cfg).test()
    assert metrics['broken_videos'] == 1
    assert metrics['cost/num_selected'] == 2
    # The two readable videos are the same.
    assert metrics['acc/top1'] in (0., 1.)
