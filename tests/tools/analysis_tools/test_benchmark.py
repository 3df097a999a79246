"""``benchmark.py``: what it measures, on which videos, and its report."""
import json
from pathlib import Path
from typing import Callable, List

import pytest
import torch
from helpers import (pipeline, tiny_classifier, tiny_config, tiny_ocsampler)
from mmaction.models import MobileNetV2TSM
from mmaction.registry import MODELS
from mmengine.config import Config

from mmaction_sampler.datasets.untrimmed_video_dataset import \
    UntrimmedVideoDataset
from mmaction_sampler.models.recognizers import OCSampler

SPREAD = {'median', 'min', 'max', 'repeats'}
RATES = ['throughput', 'processor_rate', 'backbone_limit', 'decode_rate',
         'end_to_end_rate']


@pytest.fixture
def tool(analysis_tool):
    return analysis_tool('benchmark')


@pytest.fixture
def write_config(tmp_path: Path, ann_file: Path) -> Callable[..., str]:
    """Write the config of a tiny recognizer; give its path."""

    def write(name: str = 'tiny', model: dict = None, videos: Path = ann_file,
              num_workers: int = 0) -> str:
        cfg = tiny_config(videos, tmp_path)
        cfg.model = model or tiny_ocsampler()
        cfg.test_pipeline = [
            *pipeline(5), dict(type='CenterCrop', crop_size=48)]
        cfg.test_dataloader.num_workers = num_workers
        path = tmp_path / f'{name}.py'
        cfg.dump(path)
        return str(path)

    return write


@pytest.fixture
def build(tool, write_config):
    """Build a subject with six videos in batches of four."""

    def subject(config: str = None, checkpoint: str = None, **changes):
        settings = tool.Settings(
            num_videos=6, batch_size=4, device='cpu', amp=None,
            cfg_options={}, random_input=False, shape=None)
        return tool.Subject(settings._replace(**changes),
                            config or write_config(), checkpoint)

    return subject


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> List[List[str]]:
    """Names of the videos of every batch that an OCSampler predicts."""
    seen = []

    def predict(self, inputs, data_samples, inner=OCSampler.predict):
        seen.append([Path(s.filename).name for s in data_samples])
        return inner(self, inputs, data_samples)

    monkeypatch.setattr(OCSampler, 'predict', predict)
    return seen


def test_report(tool, write_config, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tool, 'memory_of', lambda subject: dict(
        rss_before=1., rss_peak=2. + subject.num_workers, cuda_peak=None))
    first = write_config('first', num_workers=1)
    second = write_config('second', tiny_ocsampler(num_selected=4))
    path = tmp_path / 'report.json'
    tool.main([first, second, '--num-videos', '6', '--batch-size', '4',
               '--repeats', '2', '--json', str(path)])
    report = json.loads(path.read_text())
    assert report['baseline'] == first
    assert (report['device'], report['amp'], report['threads']) == (
        'cpu', None, torch.get_num_threads())
    assert (report['batch_size'], report['repeats']) == (4, 2)
    assert [row['config'] for row in report['configs']] == [first, second]
    base, other = report['configs']
    for row in (base, other):
        assert (row['num_videos'], row['num_unreadable']) == (6, 0)
        for name in (*RATES, 'overhead', 'end_to_end_share'):
            assert set(row[name]) == SPREAD, name
            assert len(row[name]['repeats']) == 2
            assert row[name]['min'] > 0
        assert row['throughput']['max'] < row['backbone_limit']['max']
        assert list(row['ratios']) == RATES
        for name in RATES:
            assert row['ratios'][name]['repeats'] == [
                own / its for own, its in zip(row[name]['repeats'],
                                              base[name]['repeats'])]
        assert 0 <= row['top1'] <= 1
    assert (base['num_workers'], other['num_workers']) == (1, 0)
    assert (base['rss_peak'], other['rss_peak']) == (3, 2)
    assert (base['num_selected'], other['num_selected']) == (2, 4)
    assert base['gflops'] < other['gflops']
    text = capsys.readouterr().out
    assert 'Videos: 6, 6; decoded by 1, 0 workers.' in text
    assert 'Weights are random where no checkpoint is given' in text
    assert '1: first' in text and '2: second' in text


@pytest.mark.skipif(
    not Path('/proc/self/status').exists(), reason='needs /proc')
def test_memory_is_that_of_another_process(tool, build, analysis_tool):
    subject = build()
    held = torch.ones(150_000_000)  # 600 MB
    ours = analysis_tool('process_memory').peak_memory(int, 'cpu')
    memory = tool.memory_of(subject)
    assert 0 < memory['rss_before'] < memory['rss_peak']
    assert memory['rss_peak'] < ours['rss_before'] - 300
    assert memory['cuda_before'] is memory['cuda_peak'] is None
    del held


def test_random_input(tool, write_config, tmp_path, monkeypatch, capsys):
    """No videos are needed, and nothing is said of accuracy."""
    monkeypatch.setattr(tool, 'memory_of', lambda subject: {})
    path = tmp_path / 'report.json'
    config = write_config(videos=tmp_path / 'nowhere.txt')
    tool.main([config, '--random-input', '--num-videos', '5', '--repeats',
               '3', '--json', str(path)])
    row, = json.loads(path.read_text())['configs']
    assert row['num_videos'] == 5
    assert len(row['throughput']['repeats']) == 3
    assert row['top1'] is None and row['num_selected'] == 2
    assert 'decode_rate' not in row and 'end_to_end_rate' not in row
    assert 'Videos: 5; random frames, nothing' in capsys.readouterr().out


def test_plain_baseline(tool, write_config, tmp_path, monkeypatch, capsys):
    """The same recognizer without what makes it fast, first of all."""
    monkeypatch.setattr(tool, 'memory_of', lambda subject: {})
    path = tmp_path / 'report.json'
    config = write_config(videos=tmp_path / 'nowhere.txt')
    tool.main([config, '--random-input', '--num-videos', '2', '--repeats',
               '1', '--plain', '--amp', '--json', str(path)])
    report = json.loads(path.read_text())
    assert report['plain']
    assert [row['name'] for row in report['configs']] == [
        'tiny (plain)', 'tiny']
    assert report['configs'][0]['ratios']['throughput']['median'] == 1
    subject, fast = tool.build_subjects(
        tool.parse_args([config, '--plain', '--amp']), tool.Settings(
            num_videos=2, batch_size=2, device='cpu', amp='bf16',
            cfg_options={}, random_input=True, shape=None))
    weight, its = (m._model.classifier.backbone.conv1.weight
                   for m in (subject, fast))
    assert weight.is_contiguous() and not its.is_contiguous()
    assert torch.equal(weight, its)
    assert (subject.settings.amp, fast.settings.amp) == (None, 'bf16')
    dense = write_config('dense', tiny_classifier())
    with pytest.raises(ValueError, match='dense.py: --plain needs'):
        tool.plain_subject(fast.settings, dense, None)


def test_compiled(tool, write_config, tmp_path, monkeypatch, capsys):
    """All but the plain baseline; nobody can look inside."""
    compiled = []
    monkeypatch.setattr(torch.nn.Module, 'compile',
                        lambda self, **options: compiled.append(self))
    monkeypatch.setattr(tool, 'memory_of', lambda subject: {})
    path = tmp_path / 'report.json'
    tool.main([write_config(), '--random-input', '--num-videos', '2',
               '--repeats', '1', '--plain', '--compile', '--json', str(path)])
    plain, row = json.loads(path.read_text())['configs']
    assert len(compiled) == 1
    assert 'backbone_limit' in plain and 'overhead' in plain
    assert 'backbone_limit' not in row and 'overhead' not in row
    assert row['ratios']['throughput']['median'] > 0
    assert 'fp32, batch 4, compiled.' in capsys.readouterr().out


@pytest.mark.parametrize('options,side', [
    (dict(), 48), (dict(shape=[32]), 32)])
def test_size_of_random_frames(build, monkeypatch, options, side):
    shapes = []

    def predict(self, inputs, data_samples, inner=OCSampler.predict):
        shapes.append(tuple(inputs.shape))
        return inner(self, inputs, data_samples)

    monkeypatch.setattr(OCSampler, 'predict', predict)
    build(random_input=True, **options).predict()
    assert shapes == [(4, 5, 3, side, side), (2, 5, 3, side, side)]


def test_videos_are_spread_over_the_test_set(build, batches):
    """Six of eight; the same in memory and through the loader."""
    subject = build()
    expected = [['0.mp4', '1.mp4', '2.mp4', '4.mp4'], ['5.mp4', '6.mp4']]
    subject.time_model()
    assert batches == expected
    subject.time_end_to_end()
    assert batches == expected * 2


def test_no_more_videos_than_there_are(build, batches):
    subject = build(num_videos=100)
    assert subject.num_videos == 8
    subject.time_end_to_end()
    assert sum(batches, []) == [f'{i}.mp4' for i in range(8)]


def test_decoding_runs_no_model(build, batches, monkeypatch):
    subject = build()
    decoded = []

    def prepare(self, idx, inner=UntrimmedVideoDataset.prepare_data):
        decoded.append(idx)
        return inner(self, idx)

    monkeypatch.setattr(UntrimmedVideoDataset, 'prepare_data', prepare)
    subject.time_model()
    assert decoded == [] and len(batches) == 2
    assert subject.time_decoding()['decoding'] > 0
    assert decoded == [0, 1, 2, 4, 5, 6] and len(batches) == 2


def test_time_of_the_networks_is_told_apart(build, monkeypatch,
                                            analysis_tool):
    """A clock that moves 3 s in the skim network, 1 s around it."""
    clock = dict(now=0.)

    def predict(self, inputs, data_samples, inner=OCSampler.predict):
        clock['now'] += 1
        return inner(self, inputs, data_samples)

    def forward(self, x, inner=MobileNetV2TSM.forward):
        clock['now'] += 3
        return inner(self, x)

    subject = build()
    subject.predict()  # traces the cost of the networks
    monkeypatch.setattr(OCSampler, 'predict', predict)
    monkeypatch.setattr(MobileNetV2TSM, 'forward', forward)
    monkeypatch.setattr(analysis_tool('network_clock').time, 'perf_counter',
                        lambda: clock['now'])
    for _ in range(2):  # two batches; the second pass begins at zero
        seconds = subject.time_model()
        assert (seconds['model'], seconds['networks']) == (8, 6)
    assert subject.time_end_to_end() == dict(end_to_end=8)
    assert subject.time_decoding() == dict(decoding=0)


def test_broken_videos_are_left_out(build, write_config, broken_list):
    subject = build(write_config(videos=broken_list))
    assert (subject.num_videos, subject.num_unreadable) == (2, 3)
    assert len(subject.predict()) == 2


def test_mixed_precision(build, monkeypatch):
    dtypes = []

    def predict(self, inputs, data_samples, inner=OCSampler.predict):
        dtypes.append(self.classifier.backbone.conv1(inputs[0]).dtype)
        return inner(self, inputs, data_samples)

    monkeypatch.setattr(OCSampler, 'predict', predict)
    build(num_videos=2).predict()
    build(num_videos=2, amp='bf16').predict()
    assert dtypes == [torch.float32, torch.bfloat16]


def test_checkpoint(build, tmp_path):
    torch.manual_seed(7)
    path = tmp_path / 'weights.pth'
    torch.save(MODELS.build(tiny_ocsampler()).state_dict(), path)
    loaded, random, again = (
        torch.stack([s.pred_score for s in build(checkpoint=c).predict()])
        for c in (str(path), None, None))
    torch.testing.assert_close(random, again)
    assert not torch.allclose(loaded, random)


def test_recognizer_without_selection(tool, build, write_config):
    """A plain one of MMAction2, such as the dense baseline."""
    model = dict(tiny_classifier(),
                 data_preprocessor=tiny_ocsampler()['data_preprocessor'])
    model['cls_head']['average_clips'] = 'prob'
    subject = build(write_config(model=model))
    seconds = subject.time_model()
    assert 0 < seconds['networks'] < seconds['model']
    described = tool.describe(subject.predict())
    assert described.pop('top1') is not None
    assert described == dict(num_selected=None, gflops=None)


def test_options_override_all_configs(build, write_config):
    subject = build(write_config(), cfg_options={
        'model.num_selected': 3, 'model.num_candidates': 6})
    for sample in subject.predict():
        assert len(sample.selection.inds) == 3
        assert sample.selection.num_candidates == 6


def test_batch_size_is_the_baseline_s(tool, write_config):
    args = tool.parse_args([write_config('a'), write_config('b')])
    assert tool.run_settings(args).batch_size == 4
    args = tool.parse_args([write_config('a'), '--cfg-options',
                            'test_dataloader.batch_size=3'])
    assert tool.run_settings(args).batch_size == 3


def test_no_annotations(build, write_config, tmp_path):
    config = write_config(videos=tmp_path / 'nowhere.txt')
    with pytest.raises(FileNotFoundError, match=(
            f'{config}: annotation file .*nowhere.txt does not exist.*; or '
            f'give --random-input')):
        build(config)


def test_no_readable_video(build, write_config, tmp_path):
    (tmp_path / 'list.txt').write_text('gone.mp4 0\n')
    with pytest.raises(ValueError, match='none of 1 videos of the test set'):
        build(write_config(videos=tmp_path / 'list.txt'))


def test_config_without_a_loader(tool, build, tmp_path):
    path = tmp_path / 'bare.py'
    Config(dict(model=tiny_ocsampler())).dump(path)
    with pytest.raises(ValueError, match='has no test_dataloader; define'):
        build(str(path))
    with pytest.raises(ValueError, match='give --batch-size'):
        tool.run_settings(tool.parse_args([str(path)]))


def test_random_input_of_a_model_without_candidates(build, write_config):
    config = write_config(model=tiny_classifier())
    with pytest.raises(ValueError, match='has no model.num_candidates'):
        build(config, random_input=True)


@pytest.mark.parametrize('options,message', [
    (['--checkpoints', 'a', 'b'], 'there are 2 for 1'),
    (['--device', 'cpu', '--amp', 'fp16'], '--amp fp16 needs a GPU'),
    (['--device', 'abacus'], 'unknown device abacus'),
    (['--num-videos', '0'], 'whole number of at least 1, but got 0'),
    (['--repeats', 'x'], 'whole number of at least 1, but got x'),
])
def test_wrong_options(tool, capsys, options, message):
    with pytest.raises(SystemExit):
        tool.parse_args(['config.py', *options])
    assert message in capsys.readouterr().err


def test_amp_alone_is_what_the_device_has(tool):
    args = tool.parse_args(['config.py', '--device', 'cpu', '--amp'])
    assert args.amp == 'bf16'
