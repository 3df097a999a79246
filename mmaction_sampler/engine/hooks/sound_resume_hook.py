"""Resuming from the last checkpoint that is whole."""
import re
import zipfile
import zlib
from pathlib import Path
from typing import List, Optional

from mmaction.registry import HOOKS
from mmengine.dist import broadcast_object_list
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import Runner
from mmengine.runner.checkpoint import CheckpointLoader

from mmaction_sampler.main_process import on_main_process

_NUMBERED = re.compile(r'(epoch|iter)_(\d+)\.pth')


@HOOKS.register_module()
class SoundResumeHook(Hook):
    """Before an automatic resume, go back to a checkpoint that is whole.

    A run that is killed, or a disk that runs full, can leave the last
    checkpoint, or the file that names it, cut short. MMEngine stops there,
    or crashes; this hook warns, and resumes from the checkpoint before. A
    checkpoint that the user names is never exchanged.

    Raises:
        ValueError: If there are checkpoints, but none of them is whole.
    """

    # Before a checkpoint is chosen; see Runner.load_or_resume.
    priority = 'VERY_HIGH'

    def before_run(self, runner: Runner) -> None:
        """Choose the checkpoint; the same one in all processes."""
        for hook in runner.hooks:
            if isinstance(hook, CheckpointHook) and hook.max_keep_ckpts == 1:
                runner.logger.warning(
                    'max_keep_ckpts=1 of CheckpointHook removes the only '
                    'checkpoint before the next one is written, so that a '
                    'run killed in between cannot be resumed; set 2 or more')
        if not runner._resume or runner._load_from is not None:
            return
        chosen = [on_main_process(lambda: _choose(runner))]
        broadcast_object_list(chosen)
        runner._load_from = chosen[0]


def _choose(runner: Runner) -> Optional[str]:
    """The newest whole checkpoint, None to begin anew."""
    candidates = _candidates(Path(runner.work_dir))
    for path in candidates:
        try:
            CheckpointLoader.load_checkpoint(str(path), map_location='cpu')
            _check_sums(path)
        except (FileNotFoundError, ValueError) as error:
            runner.logger.warning(f'not resumed from {path}: {error}')
            continue
        runner.logger.info(f'Resuming from the whole checkpoint {path}')
        return str(path)
    if candidates:
        raise ValueError(
            f'none of the {len(candidates)} checkpoints in '
            f'{candidates[0].parent} is whole, the last is '
            f'{candidates[0].name}; train without --resume, or copy a whole '
            f'one there')
    return None


def _check_sums(path: Path) -> None:
    """Compare a file with its checksums, which loading does not.

    Raises:
        ValueError: If they differ.
    """
    if not zipfile.is_zipfile(path):
        return  # written by an old torch.save, without checksums
    with zipfile.ZipFile(path) as file:
        try:
            damaged = file.testzip()
        except (zipfile.BadZipFile, zlib.error) as error:
            damaged = str(error)
    if damaged is not None:
        raise ValueError(f'its checksum does not fit ({damaged})')


def _candidates(work_dir: Path) -> List[Path]:
    """Checkpoints that this run may have written, the newest first.

    Files of a longer run before it in the same folder are not among them:
    their numbers are above that of the last checkpoint.
    """
    pointer = work_dir / 'last_checkpoint'
    name = pointer.read_text(errors='replace').strip() if (
        pointer.is_file()) else ''
    last = Path(name.replace('\0', '') or work_dir / 'none')
    if not last.parent.is_dir():  # the folder was moved
        last = work_dir / last.name
    numbered = {path: int(found[2]) for path in last.parent.glob('*.pth')
                if (found := _NUMBERED.fullmatch(path.name))}
    limit = _NUMBERED.fullmatch(last.name)
    if limit is None:
        # The pointer is damaged: what was written last is this run's.
        return sorted(numbered, key=lambda path: (
            path.stat().st_mtime_ns, numbered[path]), reverse=True)
    below = [p for p, n in numbered.items() if n < int(limit[2])]
    return [last, *sorted(below, key=numbered.get, reverse=True)]
