"""Print what is installed, what was mended and what is missing.

``python -m mmaction_sampler.env`` exits with status 0 when the core can be
used and 1 when it cannot.
"""
import platform
import subprocess
import sys
from importlib import metadata
from typing import List, Optional, Tuple

from . import compat, stack
from .version import __version__

PACKAGES = ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmcv-lite',
            'mmaction2', 'mmpretrain', 'openmim', 'decord', 'av', 'numpy',
            'opencv-python', 'opencv-contrib-python', 'moviepy',
            'setuptools')

# module, what it is for, how to get it
OPTIONAL = (
    ('mmpretrain', 'backbones of any width, as in the demo',
     "pip install 'mmaction_sampler[mmpretrain]'"),
    ('mim', '`mim train` and `mim test`',
     "pip install 'mmaction_sampler[mim]'"),
    ('moviepy', "videos drawn by MMAction2's visualiser",
     "pip install 'mmaction_sampler[vis]'"),
    ('onnxruntime', 'export to ONNX (tools/export_model.py)',
     "pip install 'mmaction_sampler[export]'"),
)


def distribution_version(name: str) -> Optional[str]:
    """Version of an installed distribution, None where it is missing."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def versions() -> List[Tuple[str, str]]:
    """Name and version of everything whose version can matter."""
    rows = [('mmaction_sampler', __version__),
            ('python', platform.python_version())]
    for name in PACKAGES:
        version = distribution_version(name)
        if version is not None:
            rows.append((name, version))
    return rows


def device() -> str:
    """The accelerator that torch sees, in words."""
    if not stack.installed('torch'):
        return 'unknown, torch is missing'
    import torch
    if not torch.cuda.is_available():
        return 'CPU only'
    names = [
        torch.cuda.get_device_name(index)
        for index in range(torch.cuda.device_count())
    ]
    return f'CUDA {torch.version.cuda}: {", ".join(names)}'


def import_problem() -> Optional[str]:
    """Last line of the error that a fresh ``import mmaction_sampler`` gives.

    A process of its own, because only that shows what a user will meet.
    """
    result = subprocess.run(
        [sys.executable, '-c', 'import mmaction_sampler'],
        capture_output=True,
        text=True,
        check=False)
    if result.returncode == 0:
        return None
    lines = result.stderr.strip().splitlines()
    return lines[-1] if lines else f'exit status {result.returncode}'


def core_problems() -> List[str]:
    """Why the core cannot be used, one sentence each; empty if it can."""
    problems = stack.problems()
    if problems:
        return problems
    problem = import_problem()
    return [] if problem is None else [f'import fails: {problem}']


def warnings() -> List[str]:
    """What does not stop the core, yet can bite."""
    found = [
        f'{module} is missing ({purpose}): {command}'
        for module, purpose, command in OPTIONAL
        if not stack.installed(module)
    ]
    if distribution_version('mmcv') and distribution_version('mmcv-lite'):
        found.append(
            'mmcv and mmcv-lite are both installed and share their files: '
            'pip uninstall mmcv mmcv-lite, then install one of them')
    return found


def main() -> int:
    """Print the report and return the exit status."""
    for name, value in versions() + [('device', device())]:
        print(f'{name:<24}{value}')
    problems = core_problems()
    if not problems:
        print('\nMends of the packages below:')
        for mend in compat.apply():
            state = ('applied' if mend.applied else
                     'NOT APPLIED' if mend.needed else 'not needed')
            print(f'  {mend.name}: {state} ({mend.reason})\n'
                  f'    {mend.thread}')
    for title, lines in (('Worth knowing', warnings()), ('Missing or wrong',
                                                         problems)):
        if lines:
            print(f'\n{title}:')
            print('\n'.join(f'  {line}' for line in lines))
    print('\nThe core ' + ('cannot be used.' if problems else 'can be used.'))
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
