"""Does importing this plugin break any test of MMAction2?

``python tools/reliability/upstream_tests.py CHECKOUT [TESTS ...]`` runs
MMAction2's own tests twice, as they are and with ``mmaction_sampler``
imported first, and lists every test that passed before and does not now.
The tests are not in MMAction2's wheel: CHECKOUT is a folder with the sources
of the installed release (``git clone --branch v1.2.0
https://github.com/open-mmlab/mmaction2``). Exits with 1 if any is broken.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Optional
from xml.etree import ElementTree

_TESTS = ['tests/models/recognizers', 'tests/models/backbones',
          'tests/datasets/transforms', 'tests/evaluation']


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('checkout', type=Path)
    parser.add_argument('tests', nargs='*', default=_TESTS,
                        help='files or folders of the checkout')
    return parser.parse_args(argv)


def outcomes(checkout: Path, tests: List[str],
             plugin: bool) -> Dict[str, str]:
    """Run tests in a process of their own.

    Args:
        checkout (Path): Folder that they run in, and import from.
        tests (list[str]): Files or folders.
        plugin (bool): Whether this package is imported before them.

    Returns:
        dict[str, str]: ``'passed'``, ``'failed'`` or ``'skipped'`` by test.
    """
    paths = [str(checkout), os.environ.get('PYTHONPATH', '')]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, 'report.xml')
        subprocess.run(
            [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider',
             f'--junitxml={report}',
             *(['-p', 'mmaction_sampler'] if plugin else []), *tests],
            cwd=checkout, check=False, stdout=subprocess.DEVNULL,
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths)))
        if not report.exists():
            raise RuntimeError(
                f'pytest did not run in {checkout}; try it there by hand')
        return {_name(case): _outcome(case) for case in
                ElementTree.parse(report).iter('testcase')}


def _name(case: ElementTree.Element) -> str:
    return f'{case.get("classname")}::{case.get("name")}'


def _outcome(case: ElementTree.Element) -> str:
    tags = {child.tag for child in case}
    if tags & {'failure', 'error'}:
        return 'failed'
    return 'skipped' if 'skipped' in tags else 'passed'


def main(argv: Optional[List[str]] = None) -> int:
    """Run, compare and print; return the exit status."""
    args = parse_args(argv)
    for test in args.tests:
        if not (args.checkout / test).exists():
            raise FileNotFoundError(
                f'{args.checkout / test} does not exist; give a checkout of '
                f'MMAction2, whose wheel has no tests')
    before = outcomes(args.checkout.resolve(), args.tests, plugin=False)
    after = outcomes(args.checkout.resolve(), args.tests, plugin=True)
    broken = sorted(name for name, outcome in before.items()
                    if outcome == 'passed' and after.get(name) != 'passed')
    mended = sorted(name for name, outcome in after.items()
                    if outcome == 'passed' and before.get(name) != 'passed')
    print(json.dumps(dict(
        tests=len(before),
        passed_before=list(before.values()).count('passed'),
        passed_after=list(after.values()).count('passed'),
        broken=broken, mended=mended), indent=2))
    return 1 if broken else 0


if __name__ == '__main__':
    sys.exit(main())
