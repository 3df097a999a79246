"""Recognition of one's own videos through the class."""
import json
import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from helpers import write_video
from helpers_infer import RECOGNIZERS, predict, write_recognizer
from helpers_video import moving_texture, write_frames
from mmengine.config import Config
from mmengine.dataset import Compose

from mmaction_sampler.apis.inferencer import SamplerInferencer
from mmaction_sampler.apis.load_recognizer import load_recognizer

UNIT = dict(ocsampler='frame', faster='clip', scsampler='clip')


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """Three videos, of two sizes, and a broken one."""
    root = tmp_path_factory.mktemp('own')
    for name, shift, size in (('a', (2, 1), 32), ('b', (-1, 2), 28),
                              ('d', (1, 1), 32)):
        write_frames(root / f'{name}.mp4',
                     moving_texture(24, size, size, shift),
                     codec='mpeg4')
    (root / 'c.mp4').write_bytes((root / 'a.mp4').read_bytes()[:900])
    (root / 'notes.txt').write_text('no video')
    return root


@pytest.fixture(scope='module')
def few(folder, tmp_path_factory) -> Path:
    """A good video and a broken one."""
    root = tmp_path_factory.mktemp('few')
    for name in ('a', 'c'):
        shutil.copy(folder / f'{name}.mp4', root)
    return root


@pytest.fixture(scope='module')
def ocsampler(tmp_path_factory) -> SamplerInferencer:
    return SamplerInferencer(*write_recognizer(
        tmp_path_factory.mktemp('weights')))


@pytest.mark.parametrize('name', RECOGNIZERS)
def test_every_recognizer(name: str, few: Path, tmp_path: Path):
    """What the dict says is what the model says, and what MMAction2's own
    inferencers say."""
    config, weights = write_recognizer(tmp_path, name)
    inferencer = SamplerInferencer(config, weights)
    found = inferencer(str(few), top_k=2, return_vis=True,
                       movie_dir=str(tmp_path / 'movies'))
    record, broken = found['predictions']
    assert set(broken) == {'path', 'error'} and '\n' not in broken['error']
    sample = predict(inferencer.model, inferencer.pipeline, record['path'])
    best = sample.pred_score.topk(2)
    assert [e['label'] for e in record['top']] == best.indices.tolist()
    assert [e['score'] for e in record['top']] == pytest.approx(
        best.values.tolist(), abs=1e-4)
    gflops = dict(record['gflops'])
    assert gflops.pop('total') == pytest.approx(
        sum(sample.cost.values()) / 1e9, abs=1e-5)
    assert set(gflops) == set(sample.cost)
    assert record['unit'] == UNIT.get(name, 'patch')
    # Ten frames a second; a clip ends when the next frame begins.
    expected = np.array(record['frame_inds']) / 10
    if record['unit'] == 'clip':
        expected = np.stack([expected[:, 0], expected[:, -1] + .1], axis=1)
    np.testing.assert_allclose(record['times'], expected, atol=1e-4)
    assert record['duration'] == pytest.approx(2.4)
    assert ('boxes' in record) == (record['unit'] == 'patch')
    assert record['seconds']['decode'] > 0 < record['seconds']['networks']
    assert json.loads(json.dumps(record)) == record
    sheets = found['visualization']
    assert sheets[1] is None and sheets[0].dtype == np.uint8
    assert len(list((tmp_path / 'movies').iterdir())) == 1
    check_mmaction2(config, weights, record)


def check_mmaction2(config: str, weights: str, record: dict) -> None:
    """``MMAction2Inferencer``, and ``ActionRecogInferencer`` in it."""
    from mmaction.apis import MMAction2Inferencer
    theirs = MMAction2Inferencer(config, weights, device='cpu')
    found, = theirs(record['path'])['predictions']
    assert found['rec_labels'] == [[record['pred_label']]]
    inner = theirs.actionrecog_inferencer
    found, = inner([record['path']])['predictions']
    assert found['pred_labels'] == [record['pred_label']]
    assert max(found['pred_scores']) == pytest.approx(
        record['top'][0]['score'], abs=1e-3)


def test_steps_are_told(folder: Path, tmp_path: Path):
    inferencer = SamplerInferencer(*write_recognizer(tmp_path, 'adafocus'))
    record, = inferencer(str(folder / 'a.mp4'))['predictions']
    assert len(record['steps']) == 5
    assert record['steps'][-1]['label'] == record['top'][0]['label']
    assert record['input_size'] == [32, 32]
    assert all(0 <= v <= 32 for box in record['boxes'] for v in box)


@pytest.mark.parametrize('workers', [0, 2])
def test_batches_and_workers_change_nothing(ocsampler, folder, workers):
    alone = ocsampler(str(folder))['predictions']
    together = ocsampler(str(folder), batch_size=3,
                         num_workers=workers)['predictions']
    for one, other in zip(alone, together):
        assert one['path'] == other['path']
        assert one.get('frame_inds') == other.get('frame_inds')
        assert one.get('pred_label') == other.get('pred_label')
    assert len(alone) == len(together) == 4


def test_times_of_a_variable_frame_rate(ocsampler, tmp_path):
    """They are those of the frames, not the average rate's."""
    pts = np.cumsum([0] + [20] * 15 + [300] * 8)
    write_frames(tmp_path / 'v.mkv', moving_texture(24, 32, 32, (1, 0)),
                 pts=pts)
    record, = ocsampler(str(tmp_path / 'v.mkv'))['predictions']
    assert record['times'] == pytest.approx(
        (pts[record['frame_inds']] / 1000).tolist(), abs=2e-3)


@pytest.mark.parametrize('name', ['ocsampler', 'faster', 'scsampler'])
def test_a_video_of_one_frame(name, tmp_path):
    inferencer = SamplerInferencer(*write_recognizer(tmp_path, name))
    video = write_video(tmp_path / 'one.mp4', num_frames=1)
    record, = inferencer(
        str(video), sheet_dir=str(tmp_path / 's'))['predictions']
    assert record['total_frames'] == 1 and 'error' not in record
    assert np.unique(record['frame_inds']).tolist() == [0]


def test_a_video_that_does_not_fit_the_network(tmp_path):
    """A patch is larger than the frame: one sentence, no end of the run."""
    inferencer = SamplerInferencer(*write_recognizer(tmp_path, 'adafocus'))
    write_frames(tmp_path / 'a_low.mp4', moving_texture(6, 8, 32, (1, 0)))
    write_video(tmp_path / 'b_fits.mp4')
    low, fits = inferencer(str(tmp_path), batch_size=2)['predictions']
    assert 'error' in low and '\n' not in low['error']
    assert 'error' not in fits


def fail_at(monkeypatch, inferencer, fails, error) -> None:
    """Let a pass fail that has certain videos."""
    step = inferencer.model.test_step

    def failing(data):
        names = {Path(s.filename).name for s in data['data_samples']}
        if fails(names):
            raise error
        return step(data)

    monkeypatch.setattr(inferencer.model, 'test_step', failing)


@pytest.mark.parametrize('error', [
    ValueError('odd'), RuntimeError('odd'),
    torch.OutOfMemoryError('CUDA out of memory')])
def test_a_bad_video_costs_itself_alone(ocsampler, folder, monkeypatch,
                                        error):
    """Of a batch; a memory that is too small for one is enough for each."""
    expected = ocsampler(str(folder))['predictions']
    is_full = isinstance(error, torch.OutOfMemoryError)
    fail_at(monkeypatch, ocsampler, lambda names: (
        len(names) > 1 if is_full else 'd.mp4' in names), error)
    found = ocsampler(str(folder), batch_size=4)['predictions']
    for one, other in zip(found, expected):
        assert one['path'] == other['path']
        if Path(one['path']).name == 'd.mp4' and not is_full:
            assert one['error'] == 'odd'
        else:
            assert one.get('pred_label') == other.get('pred_label')
            assert one.get('frame_inds') == other.get('frame_inds')


@pytest.mark.parametrize('error', [
    torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 2 GiB'),
    RuntimeError('CUDA error: an illegal memory access was encountered')])
@pytest.mark.parametrize('batch_size', [1, 4])
def test_faults_of_the_machine_are_no_broken_videos(
        ocsampler, folder, monkeypatch, error, batch_size):
    fail_at(monkeypatch, ocsampler, lambda names: True, error)
    with pytest.raises(type(error), match='CUDA'):
        ocsampler(str(folder), batch_size=batch_size)


def test_class_names(folder, tmp_path, ocsampler):
    path = tmp_path / 'names.txt'
    path.write_text('running\n\u8df3\u8dc3\njumping <b>\n', encoding='utf-8')
    config, weights = write_recognizer(
        tmp_path, dataset_meta=dict(classes=['x', 'y', 'z']))
    video = str(folder / 'a.mp4')
    told = SamplerInferencer(config, weights, label_file=str(path))(
        video, top_k=9, sheet_dir=str(tmp_path / 's'))['predictions'][0]
    assert sorted(e['name'] for e in told['top']) == sorted(
        path.read_text(encoding='utf-8').split('\n')[:3])
    known = SamplerInferencer(config, weights)(video)['predictions'][0]
    assert {e['label']: e['name'] for e in known['top']} == {
        0: 'x', 1: 'y', 2: 'z'}
    plain = ocsampler(video)['predictions'][0]
    assert 'name' not in plain['top'][0]


def test_files_are_written(ocsampler, folder, tmp_path):
    out = tmp_path / 'p.json'
    ocsampler(str(folder), sheet_dir=str(tmp_path / 's'),
              pred_out_file=str(out))
    assert len(json.loads(out.read_text())) == 4
    sheets = sorted((tmp_path / 's').iterdir())
    assert [p.name.split('-')[0] for p in sheets] == ['a', 'b', 'd']
    # Marked, on a sheet that OpenCV can read.
    assert ((cv2.imread(str(sheets[0])) == (0, 176, 255)).all(-1)).any()


def test_results_outlive_odd_places_and_names(ocsampler, folder, tmp_path,
                                              capsys):
    """No work is lost for a missing folder, or a name that is not UTF-8."""
    name = os.fsdecode(bytes(tmp_path) + b'/caf\xe9.mp4')
    shutil.copy(folder / 'a.mp4', name)
    named = tmp_path / '\u5f71.mp4'
    shutil.copy(folder / 'a.mp4', named)
    out = tmp_path / 'new/folder/p.json'
    ocsampler([name, named], print_result=True, pred_out_file=str(out))
    printed = capsys.readouterr().out
    assert '\u5f71' in printed
    assert [json.loads(line) for line in printed.splitlines()] == (
        json.loads(out.read_text()))


def test_samples_on_request(ocsampler, folder):
    samples = ocsampler(str(folder), return_datasamples=True)['predictions']
    assert samples[2] is None
    assert len(samples[0].selection.inds) == 2


def test_samples_say_how_a_stream_was_read(folder, tmp_path):
    inferencer = SamplerInferencer(*write_recognizer(tmp_path, 'scsampler'))
    sample, = inferencer(
        str(folder / 'a.mp4'), return_datasamples=True)['predictions']
    assert sample.motion_source == 'raw'


def test_same_pixels_as_the_config_reads(ocsampler, folder, tmp_path):
    """The reader that replaces decord does not change the prediction."""
    config, weights = write_recognizer(tmp_path)
    cfg = ocsampler.cfg
    assert cfg.test_pipeline[0].type == 'DecordInit'
    sample = predict(
        load_recognizer(cfg, weights), Compose(cfg.test_pipeline).transforms,
        str(folder / 'a.mp4'))
    record, = ocsampler(str(folder / 'a.mp4'))['predictions']
    assert sample.pred_score.max().item() == pytest.approx(
        record['top'][0]['score'], abs=1e-4)


def test_config_inside_the_checkpoint(folder, tmp_path):
    config, weights = write_recognizer(tmp_path)
    loaded = torch.load(weights)
    loaded['meta'] = dict(cfg=Path(config).read_text())
    torch.save(loaded, weights)
    options = {'model.num_selected': 1}
    record, = SamplerInferencer(None, weights, cfg_options=options)(
        str(folder / 'a.mp4'))['predictions']
    assert record['top'] and len(record['frame_inds']) == 1
    loaded['meta'] = dict(cfg=f"open('{tmp_path}/run', 'w')")
    torch.save(loaded, weights)
    with pytest.raises(ValueError, match='more than data .* not run'):
        SamplerInferencer(None, weights)
    assert not (tmp_path / 'run').exists()


def test_what_is_named_twice_is_answered_twice(ocsampler, few):
    good = few / 'a.mp4'
    found = ocsampler([str(good), good, str(few)])['predictions']
    assert [Path(x['path']).name for x in found] == ['a.mp4'] * 3 + ['c.mp4']


@pytest.mark.parametrize('inputs,kind', [
    (np.zeros((0, 8, 8, 3)), 'ndarray'), ([np.zeros((1, 8, 8, 3))], 'ndarray'),
    (torch.zeros(3), 'Tensor'), ({'filename': 'a.mp4'}, 'dict'),
    (None, 'NoneType'), (['a.mp4', None], 'NoneType'), (3, 'int')])
def test_what_is_no_path_is_refused(ocsampler, inputs, kind):
    with pytest.raises(ValueError, match=f'but a {kind} was given; arrays go '
                                         'through MMAction2Inferencer'):
        ocsampler(inputs)


def test_the_callers_config_stays(tmp_path):
    config, weights = write_recognizer(tmp_path)
    cfg = Config.fromfile(config)
    before = cfg.to_dict()
    SamplerInferencer(cfg, weights, cfg_options={'model.num_selected': 1})
    assert cfg.to_dict() == before


@pytest.mark.parametrize('arguments,kind,message', [
    (lambda c, w: (c, None), ValueError, 'weights are missing'),
    (lambda c, w: ('no.py', w), FileNotFoundError, 'no.py does not exist'),
    (lambda c, w: (c, w, None, 'no.txt'), FileNotFoundError,
     'label map no.txt'),
])
def test_what_is_missing_is_named(arguments, kind, message, tmp_path):
    with pytest.raises(kind, match=message):
        SamplerInferencer(*arguments(*write_recognizer(tmp_path)))


def test_checkpoint_of_another_model(tmp_path):
    config, _ = write_recognizer(tmp_path)
    _, other = write_recognizer(tmp_path, 'faster')
    with pytest.raises(ValueError, match='checkpoint of another model|does '
                                         'not fit'):
        SamplerInferencer(config, other)
