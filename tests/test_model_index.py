"""What the pages of the methods and the model index say of the configs."""
import re
from pathlib import Path
from typing import Dict, List

import pytest
import yaml
from helpers import REPOSITORY, undrawn_weights
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.model import BaseModel
from torch import nn

from mmaction_sampler.analysis import count_macs
from mmaction_sampler.models.classifier import clip_cost
from mmaction_sampler.models.costs import scsampler_cost
from mmaction_sampler.models.recognizers import ComponentRecognizer

CONFIGS = REPOSITORY / 'configs'
INDEX = REPOSITORY / 'model-index.yml'
# Not methods: shared parts, architectures of released files (their page is
# docs/official_checkpoints.md), and a demonstration on an ordinary model.
OTHERS = {'_base_', 'official', 'selection_transfer'}
METHODS = sorted(p for p in CONFIGS.iterdir()
                 if p.is_dir() and p.name not in OTHERS)
METAFILES = [folder / 'metafile.yml' for folder in METHODS]
# A link to a config, then data set, frames, T / N, GFLOPs (of a dynamic model
# with every budget equally common).
ROW = re.compile(r'^\| \[(\S+)\]\(\1\.py\) \|[^|]+\|[^|]+\|[^|]+'
                 r'\| ([\d.]+) \|', re.M)
_GFLOPS: Dict[str, float] = {}
_MACS: Dict[str, int] = {}


def models_of(metafile: Path) -> List[dict]:
    """The entries of a method's metafile."""
    return yaml.safe_load(metafile.read_text())['Models']


def rows_of(folder: Path) -> Dict[str, float]:
    """Config name -> GFLOPs in the table of a method's page."""
    text = (folder / 'README.md').read_text()
    return {name: float(gflops) for name, gflops in ROW.findall(text)}


def gflops_of(model: BaseModel, cfg: Config,
              resolution: str) -> float:
    """Cost of a video; models that differ in classes alone are traced once.
    """
    config = re.sub(r"'num_classes': \d+", '', str(cfg.model.to_dict()))
    has_components = isinstance(model, ComponentRecognizer)
    clips = '' if has_components else cfg.test_pipeline[1]
    key = f'{config} {resolution} {clips}'
    if key not in _GFLOPS:
        height, width = (int(n) for n in resolution.split('x'))
        if has_components:
            costs = model.component_costs(height, width).values()
        else:  # clips, whose scores MMAction2's recognizer averages
            sampler = cfg.test_pipeline[1]
            costs = [clip_cost(model, sampler.num_clips, sampler.clip_len,
                               height, width)]
        _GFLOPS[key] = sum(cost.macs for cost in costs) / 1e9
    return _GFLOPS[key]


@pytest.fixture(autouse=True)
def trace_equal_networks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policies of SCSampler have many configs of the same networks."""

    def count(module: nn.Module, inputs: list) -> int:
        key = f'{module} {[tuple(x.shape) for x in inputs]}'
        if key not in _MACS:
            _MACS[key] = count_macs(module, inputs)
        return _MACS[key]

    monkeypatch.setattr(scsampler_cost, 'count_macs', count)


ENTRIES = [model for metafile in METAFILES if metafile.is_file()
           for model in models_of(metafile)]


@pytest.mark.parametrize('folder', METHODS, ids=lambda path: path.name)
def test_page_and_metafile_name_every_config(folder: Path) -> None:
    configs = {path.stem for path in folder.glob('*.py')}
    assert configs
    assert set(rows_of(folder)) == configs
    entries = models_of(folder / 'metafile.yml')
    assert sorted(entry['Name'] for entry in entries) == sorted(configs)
    for entry in entries:
        path = REPOSITORY / entry['Config']
        assert path.parent == folder and path.stem == entry['Name']
        assert path.is_file()


def test_index_imports_every_metafile() -> None:
    imports = yaml.safe_load(INDEX.read_text())['Import']
    assert sorted(REPOSITORY / path for path in imports) == METAFILES


def test_loader_of_the_index_has_no_complaint() -> None:
    """``mim search`` reads the index by this package."""
    pytest.importorskip('modelindex')
    from modelindex.load_model_index import load
    index = load(str(INDEX))
    assert sorted(model.name for model in index.models) == sorted(
        entry['Name'] for entry in ENTRIES)
    # It looks for the page beside the metafile; OpenMMLab's files, and so
    # ours, name it from the repository's root.
    complaints = [error for error in index.check(silent=True)
                  if 'Path to README file' not in error]
    assert complaints == []
    for collection in index.collections:
        assert (REPOSITORY / collection.readme).is_file()


@pytest.mark.parametrize('entry', ENTRIES, ids=lambda entry: entry['Name'])
def test_facts_are_those_of_the_config(entry: dict) -> None:
    cfg = Config.fromfile(REPOSITORY / entry['Config'])
    metadata = entry['Metadata']
    assert metadata['Batch Size'] == cfg.train_dataloader.batch_size
    assert metadata['Epochs'] == cfg.train_cfg.max_epochs
    with undrawn_weights():
        model = MODELS.build(cfg.model)
    gflops = gflops_of(model, cfg, metadata['Resolution'])
    said = metadata['FLOPs'].removesuffix('G')
    decimals = len(said.split('.')[1])
    assert said == f'{gflops:.{decimals}f}'
    rows = rows_of((REPOSITORY / entry['Config']).parent)
    assert rows[entry['Name']] == float(said)
    parameters = sum(p.numel() for p in model.parameters()) / 1e6
    assert metadata['Parameters'] == f'{parameters:.2f}M'
    measured = entry.get('Results', [{}])[0].get('Metrics', {})
    # What was not measured here says whose figure it is.
    if entry['Metadata']['Training Data'] != 'Needle':
        assert all(name.startswith('Paper ') for name in measured)
    assert 'Weights' not in entry
