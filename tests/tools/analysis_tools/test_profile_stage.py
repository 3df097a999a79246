"""``profile_stage.py`` as a command, on a tiny recognizer."""
import json

from helpers import REPOSITORY, tiny_config, tiny_ocsampler
from helpers_forks import run_forked


def test_profile_of_both_stages(tmp_path, ann_file):
    cfg = tiny_config(ann_file, tmp_path, tiny_ocsampler())
    cfg.test_pipeline = [dict(type='CenterCrop', crop_size=32)]
    cfg.dump(tmp_path / 'config.py')
    for stage in ('warmup', 'policy'):
        result = run_forked(
            tmp_path,
            str(REPOSITORY / 'tools/analysis_tools/profile_stage.py'),
            'config.py', '--stage', stage, '--iterations', '2', '--json',
            'profile.json')
        assert result.returncode == 0, result.stderr[-2000:]
        figures = json.loads((tmp_path / 'profile.json').read_text())
        assert figures['stage'] == stage
        assert 0 < figures['forward_seconds'] < figures['iteration_seconds']
        assert 0 < figures['backward_seconds'] < figures['iteration_seconds']
        assert 0 < figures['overhead'] < 1
        assert f'stage {stage!r}' in result.stdout
