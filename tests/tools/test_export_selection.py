"""``export_selection.py`` as a command: killed, gone on with, on two ranks.
"""
import json
import signal
from pathlib import Path
from subprocess import CompletedProcess
from typing import List

import pytest
import torch
from helpers import REPOSITORY, tiny_config, tiny_ocsampler
from helpers_forks import run_forked
from mmaction.registry import MODELS

SCRIPT = str(REPOSITORY / 'tools/export_selection.py')
# Ends the process without a chance to tidy up, at one video, once.
KILL = '''
import os
import signal
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform


@TRANSFORMS.register_module()
class KillOnce(BaseTransform):

    def transform(self, results):
        if results['filename'].endswith('5.mp4'):
            if not os.path.exists('killed'):
                open('killed', 'w').close()
                # This runs in the child that loads videos.
                os.kill(os.getppid(), signal.SIGKILL)
                os.kill(os.getpid(), signal.SIGKILL)
        return results
'''


@pytest.fixture
def folder(ann_file: Path, tmp_path: Path) -> Path:
    """A config, weights, and a transform that kills."""
    (tmp_path / 'kill_once.py').write_text(KILL)
    cfg = tiny_config(ann_file, tmp_path / 'run')
    cfg.custom_imports.imports.append('kill_once')
    cfg.test_dataloader.batch_size = 2
    cfg.test_dataloader.dataset.pipeline.insert(0, dict(type='KillOnce'))
    cfg.dump(tmp_path / 'config.py')
    model = MODELS.build(tiny_ocsampler())
    torch.save(model.state_dict(), tmp_path / 'weights.pth')
    return tmp_path


def export(folder: Path, *options: str, ranks: int = 1) -> CompletedProcess:
    """The command, in the folder."""
    options += ('--launcher', 'pytorch') if ranks > 1 else ()
    return run_forked(folder, SCRIPT, 'config.py', 'weights.pth', 'out.jsonl',
                      *options, ranks=ranks)


def paths(folder: Path) -> List[str]:
    lines = (folder / 'out.jsonl').read_text().splitlines()
    return [json.loads(line)['path'] for line in lines]


def test_killed_run_goes_on(folder: Path) -> None:
    assert export(folder).returncode == -signal.SIGKILL
    assert paths(folder) == ['0.mp4', '1.mp4', '2.mp4', '3.mp4']
    whole = (folder / 'out.jsonl').read_text()
    # What a kill while writing would leave.
    (folder / 'out.jsonl').write_text(whole + whole[:30])
    result = export(folder)
    assert result.returncode == 0, result.stderr[-2000:]
    assert '8 videos, 4 of them have a line already' in (
        result.stdout + result.stderr)
    assert paths(folder) == [f'{i}.mp4' for i in range(8)]
    assert (folder / 'out.jsonl').read_text().startswith(whole)


@pytest.mark.skipif(
    not torch.distributed.is_gloo_available(), reason='torch has no gloo')
def test_two_ranks_write_one_file(folder: Path) -> None:
    (folder / 'killed').touch()
    # An odd number, so that one rank predicts a video that it need not.
    result = export(folder, '--cfg-options',
                    'test_dataloader.dataset.indices=7', ranks=2)
    assert result.returncode == 0, result.stderr[-2000:]
    assert sorted(paths(folder)) == [f'{i}.mp4' for i in range(7)]
