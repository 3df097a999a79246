"""``convert_official.py ocsampler`` against networks in plain torch.

What they compute is what has to come out of our configs with the converted
weights.
"""
import importlib.util
import pickle
from pathlib import Path
from types import ModuleType
from typing import Dict

import pytest
import torch
from helpers import REPOSITORY, samples
from mmaction.registry import MODELS
from mmengine.config import Config
from official_ocsampler import R50, SKIM_SIZE, SlowOnly, T, reference, run
from torch import Tensor

SIZE = 64
SCRIPT = REPOSITORY / 'tools/model_converters/convert_official.py'


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location('convert_official', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize('variant,name', [
    (R50, 'ocsampler_r50_anet'), (SlowOnly, 'ocsampler_slowonly_anet')])
def test_our_config_computes_the_same(tool, tmp_path, capsys, variant, name):
    theirs = reference(variant)
    torch.save(dict(meta=dict(epoch=50), state_dict=theirs.state_dict()),
               tmp_path / 'theirs.pth')
    out = tmp_path / 'new' / 'ours.pth'
    assert tool.main(['ocsampler', str(tmp_path / 'theirs.pth'),
                      str(out)]) == 0
    assert f'{name}.py' in capsys.readouterr().out
    assert [p.name for p in out.parent.iterdir()] == ['ours.pth']
    cfg = Config.fromfile(REPOSITORY / f'configs/official/{name}.py')
    ours = MODELS.build(dict(cfg.model, skim_size=SKIM_SIZE))
    state = torch.load(out, weights_only=True)['state_dict']
    ours.load_state_dict(state, strict=True)
    candidates = torch.randn(3, T, 3, SIZE, SIZE, dtype=torch.float64)
    scores, inds, probs = run(theirs.double(), candidates)
    with torch.no_grad():
        results = ours.double().eval().predict(candidates, samples([0] * 3))
    assert len({tuple(row) for row in inds.tolist()}) > 1
    assert torch.equal(
        torch.stack([r.selection.inds for r in results]), inds)
    for attribute, expected in (('scores', probs), ('pred_score', scores)):
        got = torch.stack([
            r.selection.scores if attribute == 'scores' else r.pred_score
            for r in results]).double()
        torch.testing.assert_close(got, expected, rtol=1e-6, atol=1e-9)


@pytest.fixture(scope='module')
def state() -> Dict[str, Tensor]:
    """Names and shapes of the R50 variant, without their memory."""
    with torch.device('meta'):
        tensors = R50().state_dict()
    return {k: torch.zeros((), dtype=v.dtype).expand(v.shape)
            for k, v in tensors.items()}


def refusal(tool: ModuleType, folder: Path, content: object,
            capsys: pytest.CaptureFixture) -> str:
    """What is said about a file that cannot be converted."""
    torch.save(content, folder / 'theirs.pth')
    out = folder / 'ours.pth'
    assert tool.main(['ocsampler', str(folder / 'theirs.pth'),
                      str(out)]) == 1
    assert not out.exists()
    message, = capsys.readouterr().err.strip().splitlines()
    assert 'theirs.pth' in message
    return message


@pytest.mark.parametrize('key,shape,text', [
    ('backbone.model.9.weight', (3, ), "'backbone.model.9.weight'"),
    ('sampler.extra.weight', (3, ), "'sampler.extra.weight'"),
    ('cls_head.fc.bias', (239, ), r"'cls_head.fc.bias' of shape (239,)"),
])
def test_a_key_that_does_not_fit_is_named(tool, tmp_path, capsys, state, key,
                                          shape, text):
    changed = {**state, key: torch.zeros(shape)}
    message = refusal(tool, tmp_path, dict(state_dict=changed), capsys)
    assert text in message


def test_a_missing_key_is_named(tool, tmp_path, capsys, state):
    changed = {k: v for k, v in state.items() if k != 'sampler.logit.bias'}
    message = refusal(tool, tmp_path, dict(state_dict=changed), capsys)
    assert "'policy.projection.bias'" in message


@pytest.mark.parametrize('content,text', [
    (dict(model=1), "no state_dict, only the keys ['model']"),
    (dict(state_dict=dict(a=torch.zeros(1))), 'first key is \'a\''),
    (dict(state_dict=dict(a=3)), "holds a int under 'a'"),
])
def test_other_files_are_refused(tool, tmp_path, capsys, content, text):
    assert text in refusal(tool, tmp_path, content, capsys)


class Malice:
    """Unpickling it makes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return Path.touch, (self.marker, )


def test_no_code_of_the_file_is_run(tool, tmp_path, capsys, state):
    marker = tmp_path / 'marker'
    content = dict(meta=Malice(marker), state_dict=state)
    assert 'refused' in refusal(tool, tmp_path, content, capsys)
    assert not marker.exists()
    pickle.loads(pickle.dumps(Malice(marker)))
    assert marker.exists()


def test_the_authors_file_is_never_overwritten(tool, tmp_path, capsys, state):
    source = tmp_path / 'theirs.pth'
    torch.save(dict(state_dict=state), source)
    before = source.read_bytes()
    (tmp_path / 'link.pth').symlink_to(source)
    for target in (source, tmp_path / 'link.pth',
                   tmp_path / 'new' / '..' / 'theirs.pth'):
        assert tool.main(['ocsampler', str(source), str(target)]) == 1
        assert 'not overwritten' in capsys.readouterr().err
    assert source.read_bytes() == before


def test_missing_file(tool, tmp_path, capsys):
    assert tool.main(['ocsampler', 'gone.pth', str(tmp_path / 'a')]) == 1
    assert 'gone.pth does not exist' in capsys.readouterr().err


def test_unknown_method(tool, capsys):
    with pytest.raises(SystemExit) as error:
        tool.main(['resnet', 'in.pth', 'out.pth'])
    assert error.value.code == 2
    assert "invalid choice: 'resnet'" in capsys.readouterr().err
