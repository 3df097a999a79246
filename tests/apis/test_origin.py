"""Fingerprints of what lines were made with."""
import hashlib
import json
import os
import subprocess
import sys

import pytest
from mmengine.config import ConfigDict

from mmaction_sampler.apis import origin

#: Settings without an order or a name that lasts.
ODD = """
import functools
class Thing: pass
settings = dict(
    names={'a', 'b', 'c', 'd', 'e'}, pairs={(1, 2), (1, 'x')},
    scales={1: 'a', 'x': 'b', None: 'c', (0, 1): 'd'},
    thing=[Thing(), Thing], call=functools.partial(lambda: 0, 1))
"""


def fingerprint(settings: dict) -> str:
    return origin.run_origin(
        'c.py', 'w.pth', settings, 'test')['settings_sha256']


def test_odd_settings_have_one_fingerprint_in_all_processes():
    """Or a run that was killed could not be gone on with."""
    # The file alone, without the package, is there at once.
    code = ODD + f"""
import runpy
held = [object() for _ in range(SEED * 1000)]
run_origin = runpy.run_path({origin.__file__!r})['run_origin']
print(run_origin('c.py', 'w.pth', settings, 'test')['settings_sha256'])
"""
    found = {subprocess.run(
        [sys.executable, '-c', code.replace('SEED', str(seed))], check=True,
        env=dict(os.environ, PYTHONHASHSEED=str(seed)), text=True,
        capture_output=True).stdout for seed in range(3)}
    assert len(found) == 1


def test_plain_settings_keep_the_fingerprint_of_former_files():
    settings = ConfigDict(model=dict(type='X', sizes=(1, 2.5), flag=True),
                          top_k=5, labels=None)
    text = json.dumps(settings, sort_keys=True)
    assert fingerprint(settings) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize('one,other', [
    ({1, 2}, {1, 3}), ({1: 'a', 'b': 2}, {1: 'a', 'b': 3}), (int, float)])
def test_other_settings_have_another(one, other):
    assert fingerprint(dict(x=one)) != fingerprint(dict(x=other))
