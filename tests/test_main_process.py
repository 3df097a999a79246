"""What fails in the main process is no reason to wait for the others."""
from pathlib import Path

from helpers_forks import run_forked

SCRIPT = '''
import sys
from datetime import timedelta
from mmengine.dist import get_rank
from torch.distributed import init_process_group
from mmaction_sampler.main_process import on_main_process

init_process_group('gloo', timeout=timedelta(seconds=20))
rank = get_rank()


def make():
    assert rank == 0
    if sys.argv[1] == 'fails':
        raise ValueError('no room')
    return 'made'


try:
    print(rank, on_main_process(make))
except (ValueError, RuntimeError) as error:
    print(rank, type(error).__name__, error)
'''


def said(tmp_path: Path, how: str) -> list:
    """What two ranks print."""
    (tmp_path / 'script.py').write_text(SCRIPT)
    done = run_forked(tmp_path, 'script.py', how, ranks=2)
    assert not done.returncode, done.stderr
    return sorted(line for line in done.stdout.splitlines()
                  if line[:2] in ('0 ', '1 '))


def test_it_is_called_once(tmp_path: Path) -> None:
    assert said(tmp_path, 'works') == ['0 made', '1 None']


def test_all_fail_with_it(tmp_path: Path) -> None:
    assert said(tmp_path, 'fails') == [
        '0 ValueError no room',
        '1 RuntimeError the main process failed: ValueError: no room']
