"""Does importing this plugin break any test of MMAction2?

``python tools/reliability/upstream_tests.py CHECKOUT [TESTS ...]`` runs
MMAction2's own tests twice, as they are and with ``mmaction_sampler``
imported first, every test from the same random numbers, and lists each that
passed before and does not now with its reason. The tests are not in
MMAction2's wheel: CHECKOUT is a folder with the sources of the installed
release (``git clone --branch v1.2.0
https://github.com/open-mmlab/mmaction2``). Exits with 1 if any is broken and
with 2 if nothing passes without the plugin, so that nothing could break.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Optional
from xml.etree import ElementTree

_TESTS = ['tests/models/recognizers', 'tests/models/backbones',
          'tests/datasets/transforms', 'tests/evaluation']
_PASSED = 'passed'


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('checkout', type=Path)
    parser.add_argument('tests', nargs='*', default=_TESTS,
                        help='files or folders of the checkout')
    return parser.parse_args(argv)


def pytest_runtest_setup() -> None:
    """Let a test draw the same random numbers on both sides.

    This file is pytest's plugin, too; the libraries are imported late, since
    those two sides differ in what is imported first.
    """
    import numpy as np
    import torch
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


def outcomes(checkout: Path, tests: List[str],
             plugin: bool) -> Dict[str, str]:
    """Run tests in a process of their own.

    Args:
        checkout (Path): Folder that they run in, and import from.
        tests (list[str]): Files or folders.
        plugin (bool): Whether this package is imported before them.

    Returns:
        dict[str, str]: ``'passed'`` or else the reason by test; a file that
        cannot be collected is one entry.

    Raises:
        RuntimeError: If pytest writes no report.
    """
    paths = [str(checkout), str(Path(__file__).resolve().parent),
             os.environ.get('PYTHONPATH', '')]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, 'report.xml')
        subprocess.run(
            [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider',
             '--continue-on-collection-errors', f'--junitxml={report}',
             *(['-p', 'mmaction_sampler'] if plugin else []),
             '-p', Path(__file__).stem, *tests],
            cwd=checkout, check=False, stdout=subprocess.DEVNULL,
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths)))
        if not report.exists():
            raise RuntimeError(
                f'pytest did not run in {checkout}; try it there by hand')
        return {_name(case): _outcome(case) for case in
                ElementTree.parse(report).iter('testcase')}


def _name(case: ElementTree.Element) -> str:
    # A file that cannot be collected has no class.
    return '::'.join(filter(None, (case.get('classname'), case.get('name'))))


def _outcome(case: ElementTree.Element) -> str:
    for child in case:
        if child.tag in ('failure', 'error', 'skipped'):
            # Of a file that cannot be collected, the last line of the trace.
            lines = (child.text or '').strip().splitlines()
            reason = child.get('message') or child.tag
            if reason == 'collection failure' and lines:
                reason = f'{reason}: {lines[-1]}'
            return f'{child.tag}: {reason.splitlines()[0]}'
    return _PASSED


def compare(before: Dict[str, str], after: Dict[str, str]) -> dict:
    """What changed between two runs of :func:`outcomes`.

    Args:
        before (dict[str, str]): Without the plugin.
        after (dict[str, str]): With it.

    Returns:
        dict: Numbers of tests and of those that passed; ``broken``, the
        reasons of those that passed without the plugin alone; ``mended``, of
        those that passed with it alone; ``failing``, of those that passed on
        neither side (here skipped ones are among them).
    """
    names = sorted(before.keys() | after.keys())
    missing = 'not there on this side'
    pairs = {n: (before.get(n, missing), after.get(n, missing))
             for n in names}
    return dict(
        tests=len(names),
        passed_before=[b for b, _ in pairs.values()].count(_PASSED),
        passed_after=[a for _, a in pairs.values()].count(_PASSED),
        broken={n: a for n, (b, a) in pairs.items()
                if b == _PASSED and a != _PASSED},
        mended={n: b for n, (b, a) in pairs.items()
                if a == _PASSED and b != _PASSED},
        failing={n: a for n, (b, a) in pairs.items()
                 if _PASSED not in (a, b)})


def main(argv: Optional[List[str]] = None) -> int:
    """Run, compare and print; return the exit status."""
    args = parse_args(argv)
    for test in args.tests:
        if not (args.checkout / test).exists():
            raise FileNotFoundError(
                f'{args.checkout / test} does not exist; give a checkout of '
                f'MMAction2, whose wheel has no tests')
    found = compare(*(outcomes(args.checkout.resolve(), args.tests, plugin)
                      for plugin in (False, True)))
    print(json.dumps(found, indent=2))
    if not found['passed_before']:
        print('no test passes without the plugin, so that this says nothing; '
              'see the reasons above', file=sys.stderr)
        return 2
    return 1 if found['broken'] else 0


if __name__ == '__main__':
    sys.exit(main())
