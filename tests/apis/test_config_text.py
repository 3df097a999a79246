"""Configs inside checkpoints are read, not run."""
from pathlib import Path

import pytest
from helpers import REPOSITORY
from mmengine.config import Config

from mmaction_sampler.apis.config_text import literal_config


@pytest.mark.parametrize('name', [
    'ocsampler_r50_anet.py', 'scsampler_needle.py', 'faster_r3d50_k400.py',
    'adafocus_plus_needle.py'])
def test_what_mmengine_writes_into_checkpoints(name: str) -> None:
    cfg = Config.fromfile(REPOSITORY / 'configs' / name)
    found = literal_config(cfg.pretty_text, 'w.pth')
    assert found.to_dict() == cfg.to_dict()


@pytest.mark.parametrize('text', [
    "open('run', 'w')", "a = open('run', 'w')", 'import os', 'a.b = 1',
    "a = dict(b=[dict(c=open('run', 'w'))])", 'a = dict(**{})', 'a = {**{}}',
    "a = [i for i in open('run', 'w')]", 'a = dict([])', 'a = f(1)', 'a = b',
    "a = {[]: 1}", 'a = (', 'a = ' + '(' * 3000 + ')' * 3000])
def test_programs(text: str, tmp_path: Path,
                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match='inside w.pth is more than data'):
        literal_config(text, 'w.pth')
    assert not list(tmp_path.iterdir())
