import warnings

import pytest
import torch
from mmaction.registry import DATASETS

from helpers import NUM_CLASSES, pipeline, write_video
from mmaction_sampler.datasets import add_to_quarantine


def build(ann_file, **options):
    return DATASETS.build(
        dict(
            type='UntrimmedVideoDataset',
            ann_file=str(ann_file),
            pipeline=pipeline(5),
            **{'num_classes': NUM_CLASSES,
               'data_prefix': dict(video=str(ann_file.parent)), **options}))


def test_good_video(ann_file):
    packed = build(ann_file)[1]
    assert packed['inputs'].shape == (5, 3, 32, 32)
    sample = packed['data_samples']
    assert sample.gt_label.tolist() == [1]
    assert sample.frame_inds.tolist() == [1, 3, 6, 8, 10]
    assert 'broken_videos' not in sample


def test_decoded_frames_are_the_named_ones(ann_file):
    packed = build(ann_file)[0]  # grey level 8 a frame
    levels = packed['inputs'].float().mean(dim=(1, 2, 3))
    expected = 8 * torch.tensor(packed['data_samples'].frame_inds).float()
    torch.testing.assert_close(levels, expected, atol=3, rtol=0)


def test_broken_videos_are_replaced_in_training(broken_list):
    sample = build(broken_list)[0]['data_samples']
    assert sample.filename.endswith('good.mp4')
    names = [name.rsplit('/')[-1] for name, _ in sample.broken_videos]
    assert names == ['missing.mp4', 'truncated.mp4', 'empty.mp4']
    reasons = dict(sample.broken_videos)
    assert 'does not exist' in next(iter(reasons.values()))
    assert all('\n' not in reason for reason in reasons.values())
    for reason in list(reasons.values())[1:]:
        assert reason.startswith('cannot be decoded (')
        assert '.cc:' not in reason


def test_a_file_that_is_cut_short_is_not_given_to_decord(tmp_path):
    video = write_video(tmp_path / 'cut.avi', num_frames=60, codec='mpeg4')
    video.write_bytes(video.read_bytes()[:video.stat().st_size * 17 // 20])
    write_video(tmp_path / 'good.mp4')
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text('cut.avi 0\ngood.mp4 1\n')
    sample = build(ann_file)[0]['data_samples']
    assert sample.filename.endswith('good.mp4')
    assert 'cut short' in sample.broken_videos[0][1]


def test_the_last_video_is_replaced_by_the_first(broken_list):
    lines = broken_list.read_text().splitlines()
    broken_list.write_text('\n'.join(lines[3:] + lines[:1]))
    sample = build(broken_list)[2]['data_samples']
    assert sample.filename.endswith('good.mp4')


def test_broken_videos_are_placeholders_in_testing(broken_list):
    packed = build(broken_list, test_mode=True)[1]
    assert packed['inputs'].numel() == 0
    sample = packed['data_samples']
    assert sample.unreadable and sample.filename.endswith('truncated.mp4')
    assert 'imgs' not in packed


def test_nothing_but_broken_videos_stops(tmp_path):
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text('a.mp4 0\nb.mp4 1\n')
    for limit, count in ((1, 1), (2, 2), (20, 2)):
        with pytest.raises(RuntimeError, match=(
                f'^{count} videos in a row could not be decoded, the last')):
            build(ann_file, max_replacements=limit)[0]


def test_no_replacement_at_all_is_refused(ann_file):
    with pytest.raises(ValueError, match='must be at least 1, but is 0'):
        build(ann_file, max_replacements=0)


def test_errors_of_the_config_are_not_taken_for_broken_videos(ann_file):
    dataset = build(ann_file)
    dataset.pipeline.transforms[1].num_candidates = None
    with pytest.raises(TypeError):
        dataset[0]


def test_missing_annotation_file(tmp_path):
    with pytest.raises(FileNotFoundError, match='none.txt does not exist'):
        build(tmp_path / 'none.txt')


@pytest.mark.parametrize('text,message', [
    ('', 'names no video'),
    ('\n \n', 'names no video'),
    ('a.mp4 0\nb.mp4 3\n', r'line 2: label 3 is outside \[0, num_classes=3'),
    ('a.mp4 -1\n', 'label -1 is outside'),
    ('a.mp4 x\n', 'line 1: labels must be whole numbers'),
    ('a.mp4\n', 'line 1: needs "video label"'),
    ('a.mp4 1 2\n', 'line 1: needs "video label"'),
])
def test_wrong_annotations(tmp_path, text, message):
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text(text)
    with pytest.raises(ValueError, match=message):
        build(ann_file)


def test_an_annotation_file_that_is_no_text(tmp_path):
    (tmp_path / 'list.txt').write_bytes(b'a.mp4 0\n\x80\xff 1\n')
    with pytest.raises(ValueError, match='list.txt is no text in UTF-8'):
        build(tmp_path / 'list.txt')


@pytest.mark.parametrize('name', [
    'http://127.0.0.1:9/a.mp4', 'concat:good.mp4', 'a\0b.mp4', '/dev/zero',
    'a' * 5000])
def test_names_that_are_no_files_are_not_opened(tmp_path, name):
    (tmp_path / 'list.txt').write_text(f'{name} 0\n')
    sample = build(tmp_path / 'list.txt', test_mode=True)[0]['data_samples']
    (_, reason), = sample.broken_videos
    assert 'does not exist' in reason or 'cannot be decoded' in reason


@pytest.mark.parametrize('character', '\u2028\x85\x0b\x0c')
def test_names_with_other_ends_of_lines(tmp_path, character):
    name = f'a{character}b.mp4'
    write_video(tmp_path / name)
    (tmp_path / 'list.txt').write_bytes(f'{name} 0\r\n{name} 1\r\n'.encode())
    dataset = build(tmp_path / 'list.txt')
    assert len(dataset) == 2
    sample = dataset[1]['data_samples']
    assert sample.filename.endswith(name) and sample.gt_label.item() == 1


def test_quarantine_of_other_names(ann_file, tmp_path):
    path = tmp_path / 'quarantine.jsonl'
    path.touch()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        build(ann_file, quarantine=str(path))
        add_to_quarantine(path, str(ann_file.parent / '0.mp4'), 'broken')
        assert 'broken_videos' in build(
            ann_file, quarantine=str(path))[0]['data_samples']
    with pytest.warns(UserWarning, match=(
            'quarantine.jsonl names no video of .*list.txt, so that none .*'
            'it has .*/0.mp4, but the dataset elsewhere/0.mp4; give')):
        build(ann_file, quarantine=str(path),
              data_prefix=dict(video='elsewhere'))


def test_several_labels(tmp_path):
    write_video(tmp_path / 'a.mp4')
    ann_file = tmp_path / 'list.txt'
    ann_file.write_text('a.mp4 0 2\n')
    sample = build(ann_file, multi_class=True)[0]['data_samples']
    assert sample.gt_label.tolist() == [1, 0, 1]
