"""How clips are read, by what the config of a recognizer says."""
from argparse import Namespace

import pytest
from mmengine.config import Config

from mmaction_sampler.apis.score_config import clip_pipeline


@pytest.mark.parametrize('opener, decoder', [
    ('DecordInit', 'DecordDecode'), ('PIMSInit', 'PIMSDecode'),
    ('OpenCVInit', 'OpenCVDecode'), ('PyAVInit', 'PyAVDecode'),
    ('PyAVSparseInit', 'PyAVSparseDecode'), (None, 'RawFrameDecode')])
def test_our_reader_takes_the_place_of_others(opener, decoder) -> None:
    """Of configs for folders of frames, too."""
    steps = [dict(type='SampleFrames', clip_len=3), dict(type=decoder),
             dict(type='CenterCrop', crop_size=24),
             dict(type='PackActionInputs')]
    if opener:
        steps.insert(0, dict(type=opener))
    found = clip_pipeline(
        Config(dict(test_pipeline=steps)),
        Namespace(clip_len=None, frame_interval=2, clips_per_pass=4))
    assert [step['type'] for step in found] == [
        'PyAVSparseInit', 'SampleVideoClips', 'PackClipStream']
    assert found[1]['clip_len'] == 3
    assert [step['type'] for step in found[2]['clip_pipeline']] == [
        'PyAVSparseDecode', 'CenterCrop']
