"""``get_flops.py``: the papers' figures, and its report."""
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any, Dict

import pytest
from helpers import REPOSITORY

CONFIG = str(REPOSITORY / 'configs/ocsampler_r50_anet.py')
SCRIPT = REPOSITORY / 'tools/analysis_tools/get_flops.py'


@pytest.fixture(scope='module')
def tool() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location('get_flops', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(tool: ModuleType, folder: Path, *options: str) -> Dict[str, Any]:
    """What the command writes."""
    path = folder / 'flops.json'
    tool.main([CONFIG, '--json', str(path), *options])
    return json.loads(path.read_text())


@pytest.mark.parametrize('override,gflops', [
    (None, 25.8),
    ('model.num_selected=5', 21.7),
    ('model.num_candidates=16', 26.4),
])
def test_gflops_of_the_paper(tool, tmp_path, override, gflops):
    options = ['--cfg-options', override] if override else []
    total = report(tool, tmp_path, *options)['total_gflops']
    assert total == pytest.approx(gflops, rel=0.01)


@pytest.mark.parametrize('name,num_selected,gflops', [
    ('ocsampler_r50_anet', 6, 25.8),
    ('ocsampler_r50_anet', 5, 21.7),
    # 5.24 a frame of SlowOnly-50, and the skim network.
    ('ocsampler_slowonly_anet', 4, 4 * 5.24 + 1.02),
])
def test_gflops_of_the_released_networks(tool, tmp_path, name, num_selected,
                                         gflops):
    path = tmp_path / 'flops.json'
    tool.main([str(REPOSITORY / f'configs/official/{name}.py'),
               '--json', str(path), '--cfg-options',
               f'model.num_selected={num_selected}'])
    total = json.loads(path.read_text())['total_gflops']
    assert total == pytest.approx(gflops, rel=0.01)


@pytest.mark.parametrize('config,patch_size,gflops', [
    ('adafocus_r50_anet', 128, 26.6),
    ('adafocus_r50_anet', 160, 38.6),
    ('adafocus_tsm_r50_sthv1', 144, 23.5),
    ('adafocus_tsm_r50_sthv1', 160, 27.5),
    ('adafocus_tsm_r50_sthv2', 176, 33.7),
])
def test_gflops_of_adafocus(tool, tmp_path, config, patch_size, gflops):
    path = tmp_path / 'flops.json'
    tool.main([
        str(REPOSITORY / f'configs/{config}.py'), '--json', str(path),
        '--cfg-options', f'model.patch_size={patch_size}'])
    total = json.loads(path.read_text())['total_gflops']
    assert total == pytest.approx(gflops, rel=0.015)


def test_contract_of_the_report(tool, tmp_path, capsys):
    result = report(tool, tmp_path)
    assert set(result) == {'total_gflops', 'components'}
    components = result['components']
    assert set(components) == {'skim_network', 'policy', 'classifier'}
    for name, cost in components.items():
        assert set(cost) == {'unit_gmacs', 'calls', 'gflops'}, name
        assert all(type(value) is float for value in cost.values()), name
        assert cost['gflops'] == pytest.approx(
            cost['unit_gmacs'] * cost['calls'])
    assert components['classifier']['calls'] == 6
    assert result['total_gflops'] == pytest.approx(
        sum(cost['gflops'] for cost in components.values()))
    table = capsys.readouterr().out
    assert '224x224' in table
    assert f'{result["total_gflops"]:.4f}' in table


def test_shape_overrides_the_pipeline(tool, tmp_path, capsys):
    whole = report(tool, tmp_path)['components']
    small = report(tool, tmp_path, '--shape', '64')['components']
    wide = report(tool, tmp_path, '--shape', '64', '128')['components']
    assert '128x64' in capsys.readouterr().out
    full = whole['classifier']['unit_gmacs']
    assert small['classifier']['unit_gmacs'] == pytest.approx(
        full * (64 * 64) / (224 * 224), rel=0.02)
    assert wide['classifier']['unit_gmacs'] == pytest.approx(
        full * (64 * 128) / (224 * 224), rel=0.02)


def test_pipeline_without_a_fixed_size(tool, tmp_path):
    with pytest.raises(ValueError, match='fixes no frame size.*give --shape'):
        report(tool, tmp_path, '--cfg-options', 'test_pipeline=[]')
    needle = str(REPOSITORY / 'configs/ocsampler_needle.py')
    with pytest.raises(ValueError, match='give --shape'):
        tool.main([needle])
    tool.main([needle, '--shape', '112'])


def plus_report(tool: ModuleType, folder: Path,
                *options: str) -> Dict[str, Any]:
    """Of OCSampler+."""
    path = folder / 'flops.json'
    config = str(REPOSITORY / 'configs/ocsampler_plus_r50_anet.py')
    tool.main([config, '--json', str(path), *options])
    return json.loads(path.read_text())


def test_dynamic_model_is_the_mean_over_the_shares(tool, tmp_path):
    result = plus_report(tool, tmp_path, '--shares', '4=9', '5=1')
    assert result['shares'] == {'4': 0.9, '5': 0.1}
    classifier = result['components']['classifier']
    assert classifier['calls'] == pytest.approx(4.1, rel=1e-3)
    # The budgets that give the paper's OCSampler+, 17.9 GFLOPs.
    assert result['total_gflops'] == pytest.approx(17.9, rel=0.01)


def test_dynamic_model_by_default_takes_all_budgets_alike(tool, tmp_path):
    result = plus_report(tool, tmp_path)
    assert result['components']['classifier']['calls'] == pytest.approx(
        3.5, rel=1e-3)
    assert 'shares' not in result


@pytest.mark.parametrize('shares,message', [
    (['4:1'], "takes items such as 3=0.4, but got '4:1'"),
    (['4=0'], 'must have a positive sum'),
    (['7=1'], r'from 1 to num_budgets \(6\).*7: 1.0'),
])
def test_wrong_shares_are_refused(tool, tmp_path, shares, message):
    with pytest.raises(ValueError, match=message):
        plus_report(tool, tmp_path, '--shares', *shares)


def test_shares_for_a_model_without_choice_are_refused(tool, tmp_path):
    with pytest.raises(ValueError, match='leave --shares out'):
        report(tool, tmp_path, '--shares', '4=1')


def test_clips_of_an_ordinary_recognizer(tool, tmp_path):
    """FASTER Table 2: R2D-26 on clips of 8 frames, 3.2 GFLOPs each."""
    path = tmp_path / 'flops.json'
    tool.main([str(REPOSITORY / 'configs/faster/clip_r2d-26_8xb16-8x1x1-45e_'
                   'kinetics400-rgb.py'), '--json', str(path)])
    found = json.loads(path.read_text())['components']['recognizer']
    assert found['calls'] == 32
    assert found['unit_gmacs'] == pytest.approx(3.2, rel=0.02)


def test_ordinary_recognizer_without_clips(tool):
    config, = (REPOSITORY / 'configs/selection_transfer').glob(
        'tsn_densenet-g16_1xb32*')
    with pytest.raises(ValueError, match='no SampleFrames with a clip_len'):
        tool.main([str(config), '--shape', '112'])


def test_clips_of_faster_follow_the_options(tool, tmp_path):
    path = tmp_path / 'flops.json'
    tool.main([str(REPOSITORY / 'configs/faster_needle.py'), '--shape', '64',
               '--json', str(path), '--cfg-options', 'model.num_clips=8',
               'model.clip_pattern=1:1'])
    found = json.loads(path.read_text())['components']
    assert {name: part['calls'] for name, part in found.items()} == dict(
        expensive_model=4, cheap_model=4, aggregator=7, cls_head=8)
