"""Exported files in onnxruntime, where it is installed."""
import contextlib
import io
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from helpers import (enliven, pipeline, tiny_adafocus, tiny_config,
                     tiny_ocsampler)
from mmaction.registry import MODELS
from mmengine.registry import init_default_scope

from mmaction_sampler.apis import export_model

needs_onnx = pytest.mark.skipif(
    not all(map(export_model.installed, ('onnx', 'onnxscript',
                                         'onnxruntime'))),
    reason="needs the extra 'export'")
# An export takes seconds; the tool compares every file that it writes, and
# test_onnx_paths.py has the other recognizers.
KINDS = dict(ocsampler=tiny_ocsampler, adafocus=tiny_adafocus)


@pytest.fixture
def write(tmp_path: Path, ann_file: Path):
    """Write config and checkpoint; give the command's arguments."""

    def arguments(model: dict) -> list:
        cfg = tiny_config(ann_file, tmp_path, model=model)
        cfg.test_pipeline = pipeline(model['num_candidates'])
        cfg.dump(tmp_path / 'config.py')
        torch.manual_seed(0)
        recognizer = MODELS.build(model)
        enliven(recognizer)
        torch.save(dict(state_dict=recognizer.state_dict()),
                   tmp_path / 'model.pth')
        return [str(tmp_path / name) for name in (
            'config.py', 'model.pth', 'out.onnx')] + ['--shape', '32']

    return arguments


def exported(kind: str, arguments: list) -> dict:
    """What the command finds, says and writes."""
    from onnxruntime import InferenceSession
    init_default_scope('mmaction')
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        differences = export_model.export_model(
            export_model.parse_model_args(arguments))
    session = InferenceSession(arguments[2])
    other = MODELS.build(KINDS[kind]())
    enliven(other)
    return dict(
        differences=differences, said=said.getvalue(),
        batch=session.get_inputs()[0].shape[0],
        metadata=session.get_modelmeta().custom_metadata_map,
        others=export_model.compare_onnx(other, arguments[2], (32, 32)))


@needs_onnx
@pytest.mark.parametrize('kind', KINDS)
def test_onnxruntime_gives_the_same(kind, write):
    # After an export, training in bfloat16 gives NaN in the same process.
    with ProcessPoolExecutor(1, mp_context=get_context('fork')) as pool:
        found = pool.submit(exported, kind, write(KINDS[kind]())).result()
    assert max(found['differences'].values()) <= 1e-4
    assert set(found['differences']) == {
        'scores', 'selected_inds' if kind == 'ocsampler' else 'boxes'}
    assert 'batches of 1, 3, 8 differ' in found['said']
    assert found['batch'] == 'batch'
    assert json.loads(found['metadata']['std']) == [64.] * 3
    assert found['others']['scores'] > 1e-3


def test_differences_are_refused(write, monkeypatch):
    """A file that is not what the recognizer computes."""
    arguments = export_model.parse_model_args(write(tiny_ocsampler()))
    monkeypatch.setattr(export_model, 'write_onnx',
                        lambda model, out, *rest: Path(out).touch())
    for difference, refused in ((9e-5, False), (2e-4, True),
                                (float('nan'), True)):
        monkeypatch.setattr(export_model, 'compare_onnx',
                            lambda *args: dict(boxes=0., scores=difference))
        if not refused:
            export_model.export_model(arguments)
            continue
        Path(arguments.out).unlink(missing_ok=True)
        with pytest.raises(ValueError, match='differs by more than 0.0001'):
            export_model.export_model(arguments)
        assert not Path(arguments.out).exists()


@pytest.mark.parametrize('ours, theirs', [(.5, np.nan), (np.nan, .5),
                                          (np.inf, np.inf)])
def test_numbers_that_are_not_finite_differ(monkeypatch, ours, theirs):
    """Of one batch among several."""
    calls = iter((.5, ours, .5))

    class Session:

        def __init__(self, path, providers):
            self.answers = iter((.5, theirs, .5))

        def get_outputs(self):
            return [SimpleNamespace(name='scores')]

        def run(self, names, inputs):
            return [np.array([0., next(self.answers)])]

    monkeypatch.setitem(sys.modules, 'onnxruntime',
                        SimpleNamespace(InferenceSession=Session))
    monkeypatch.setattr(export_model, 'installed', lambda name: True)
    monkeypatch.setattr(export_model, 'recognizer_outputs',
                        lambda *args: [np.array([0., next(calls)])])
    assert export_model.compare_onnx(
        SimpleNamespace(num_candidates=2), 'out.onnx', (4, 4)) == dict(
            scores=np.inf)


def test_missing_package(write, monkeypatch):
    monkeypatch.setattr(export_model, 'installed', lambda name: False)
    with pytest.raises(ImportError, match=r'onnx, onnxscript; install the '
                       r"extra: pip install 'mmaction_sampler\[export\]'"):
        export_model.export_model(
            export_model.parse_model_args(write(tiny_ocsampler())))
