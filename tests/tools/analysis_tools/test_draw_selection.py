"""``draw_selection.py`` as a command, on tiny videos."""
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import List

import cv2
import numpy as np
import pytest
import torch
from helpers import (REPOSITORY, pipeline, tiny_classifier, tiny_ocsampler,
                     write_video)
from mmaction.registry import MODELS
from mmengine.config import Config

SCRIPT = REPOSITORY / 'tools/analysis_tools/draw_selection.py'
MARK = (0, 176, 255)  # BGR


@pytest.fixture(scope='module')
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config of a tiny OCSampler, 2 of 5 candidates."""
    path = tmp_path_factory.mktemp('config') / 'tiny.py'
    test_pipeline = pipeline(5)
    # The command keeps what it needs, whatever the config keeps.
    test_pipeline[-1].update(meta_keys=('img_shape', ))
    Config(
        dict(
            custom_imports=dict(
                imports=['mmaction_sampler'], allow_failed_imports=False),
            default_scope='mmaction',
            model=tiny_ocsampler(),
            test_pipeline=test_pipeline)).dump(path)
    return path


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Weights whose policy prefers some candidates to others."""
    torch.manual_seed(0)
    model = MODELS.build(tiny_ocsampler())
    torch.nn.init.normal_(model.policy.projection.weight)
    path = tmp_path / 'weights.pth'
    torch.save(
        dict(state_dict={f'module.{k}': v
                         for k, v in model.state_dict().items()}), path)
    return path


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location('draw_selection', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*options: object) -> subprocess.CompletedProcess:
    """The command, with the sources on the path."""
    command: List[str] = [sys.executable, '-W', 'ignore', str(SCRIPT)]
    return subprocess.run(
        command + [str(option) for option in options],
        env=dict(os.environ, PYTHONPATH=str(REPOSITORY)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False)


def test_sheets_and_lines(config: Path, checkpoint: Path,
                          tmp_path: Path) -> None:
    """Broken videos are named, and the others are drawn all the same."""
    bright = write_video(tmp_path / 'bright.mp4', shade=150, size=112)
    dark = write_video(tmp_path / 'dark.mp4', size=112)
    cut = tmp_path / 'cut.mp4'
    cut.write_bytes(dark.read_bytes()[:200])
    out = tmp_path / 'new' / 'sheets'
    result = run(config, checkpoint, bright, cut, tmp_path / 'gone.mp4',
                 dark, '--out', out)
    assert result.returncode == 1, result.stderr
    assert 'Traceback' not in result.stderr
    assert f'{cut} cannot be read: ' in result.stderr
    assert (f'{tmp_path / "gone.mp4"} cannot be read: the file does not '
            f'exist') in result.stderr
    assert sorted(p.name for p in out.iterdir()) == ['bright.png', 'dark.png']
    lines = [line for line in result.stdout.splitlines()
             if 'GFLOPs' in line]
    assert [line.split(':')[0] for line in lines] == [
        'bright.mp4', 'dark.mp4']
    for line in lines:
        fields = line.split(': ')[1].split(', ')
        assert fields[0] in ('class 0', 'class 1', 'class 2')
        assert 1 / 3 <= float(fields[1].removeprefix('score ')) <= 1
        frames = fields[2].removeprefix('frames ').split()
        # The centres of five equal segments of twelve frames.
        assert len(frames) == 2 and set(frames) < {'1', '3', '6', '8', '10'}
        assert float(fields[3].removesuffix(' GFLOPs')) > 0


def test_sheet_marks_the_frames_that_the_line_names(
        config: Path, checkpoint: Path, tmp_path: Path) -> None:
    video = write_video(tmp_path / 'video.mp4', size=112)
    result = run(config, checkpoint, video, '--out', tmp_path)
    assert result.returncode == 0, result.stderr
    frames = result.stdout.split('frames ')[1].split(',')[0].split()
    marked = [(1, 3, 6, 8, 10).index(int(frame)) for frame in frames]
    sheet = cv2.imread(str(tmp_path / 'video.png'))
    border = (sheet == MARK).all(-1)
    row = np.flatnonzero(border.sum(axis=1) > 2 * 112)[0]
    columns = [border[row, 12 + i * 132:12 + i * 132 + 122].all()
               for i in range(5)]
    assert [i for i, is_marked in enumerate(columns) if is_marked] == marked


def test_options_override_the_config(
        tool: ModuleType, config: Path, checkpoint: Path, tmp_path: Path,
        capsys: pytest.CaptureFixture) -> None:
    video = write_video(tmp_path / 'video.mp4')
    status = tool.main([
        str(config), str(checkpoint), str(video), '--out', str(tmp_path),
        '--cfg-options', 'model.num_selected=4', 'model.num_candidates=6'])
    assert status == 0
    frames = capsys.readouterr().out.split('frames ')[1].split(',')[0].split()
    assert len(frames) == 4 and set(frames) < {'1', '3', '5', '7', '9', '11'}


def test_checkpoint_of_another_model(tool: ModuleType, config: Path,
                                     tmp_path: Path) -> None:
    path = tmp_path / 'other.pth'
    torch.save(MODELS.build(tiny_classifier()).state_dict(), path)
    with pytest.raises(ValueError, match=(
            f'{path} is a checkpoint of another model: it has none of the')):
        tool.main([str(config), str(path), 'video.mp4', '--out',
                   str(tmp_path)])


def test_incomplete_checkpoint(tool: ModuleType, config: Path,
                               checkpoint: Path, tmp_path: Path) -> None:
    state = torch.load(checkpoint)['state_dict']
    del state['module.policy.projection.bias']
    torch.save(state, checkpoint)
    with pytest.raises(ValueError, match=(
            f'{checkpoint} does not fit the model: 1 parameters are missing '
            f"there or have another shape, first 'policy.projection.bias'")):
        tool.main([str(config), str(checkpoint), 'video.mp4', '--out',
                   str(tmp_path)])


def test_videos_that_would_overwrite_each_other(
        tool: ModuleType, tmp_path: Path,
        capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        tool.main(['config.py', 'weights.pth', 'a/v.mp4', 'b/v.avi', '--out',
                   str(tmp_path)])
    message = 'several videos would be drawn as v.png'
    assert message in capsys.readouterr().err


def test_config_without_test_pipeline(tool: ModuleType, checkpoint: Path,
                                      tmp_path: Path) -> None:
    path = tmp_path / 'bare.py'
    path.write_text('model = dict()\n')
    with pytest.raises(ValueError, match='has no test_pipeline'):
        tool.main([str(path), str(checkpoint), 'video.mp4', '--out',
                   str(tmp_path)])
