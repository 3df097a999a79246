"""The three bytes that editors put before a text are no part of a name."""
import json
from pathlib import Path

from helpers import NUM_CLASSES, pipeline
from mmaction.registry import DATASETS

from mmaction_sampler.datasets import read_quarantine
from mmaction_sampler.datasets.clip_scores_file import ClipScoresFile
from mmaction_sampler.datasets.selection_file import SelectionFile


def write(path: Path, content: object) -> str:
    """As Windows' editor saves a text."""
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text + '\n', encoding='utf-8-sig')
    return str(path)


def test_annotation_file(tmp_path: Path) -> None:
    dataset = DATASETS.build(dict(
        type='UntrimmedVideoDataset', pipeline=pipeline(5),
        ann_file=write(tmp_path / 'list.txt', 'a.mp4 1'),
        num_classes=NUM_CLASSES))
    assert dataset.get_data_info(0)['filename'] == 'a.mp4'


def test_files_of_lines(tmp_path: Path) -> None:
    path = tmp_path / 'lines.jsonl'
    line = dict(path='a.mp4', total_frames=8, frame_inds=[1])
    assert SelectionFile(write(path, line)).lines[0].path == 'a.mp4'
    line = dict(path='a.mp4', total_frames=8, clip_len=4, frame_interval=1,
                confidence=[0, 1])
    assert ClipScoresFile(write(path, line)).lines[0].path == 'a.mp4'
    line = dict(filename='a.mp4', reason='gone')
    assert read_quarantine(write(path, line)) == {'a.mp4': 'gone'}
