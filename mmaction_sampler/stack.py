"""Which versions of the packages below us are supported."""
import importlib
import importlib.util
from importlib import metadata
from typing import List, NamedTuple, Optional, Tuple

from packaging.version import Version


class Requirement(NamedTuple):
    """A package that has to be there, in a range of versions.

    Attributes:
        module: Name under which it is imported.
        distributions: Names under which it is installed.
        lowest: Lowest supported version.
        below: First version that is not supported, or None.
        command: The command that gets it.
    """
    module: str
    distributions: Tuple[str, ...]
    lowest: str
    below: Optional[str]
    command: str


CORE = (
    # MMEngine and mim import pkg_resources, which setuptools 82 removed.
    Requirement('pkg_resources', ('setuptools', ), '40', '82',
                'pip install "setuptools>=77.0.3,<81"'),
    Requirement('torch', ('torch', ), '2.6', None, 'pip install "torch>=2.6"'),
    Requirement('mmengine', ('mmengine', 'mmengine-lite'), '0.10.7', '1',
                'pip install "mmengine>=0.10.7,<1"'),
    # A full mmcv serves as well as mmcv-lite; MMAction2 rejects 2.2.
    Requirement('mmcv', ('mmcv', 'mmcv-lite'), '2.0.0', '2.2',
                'pip install "mmcv-lite>=2.1.0,<2.2"'),
    Requirement('mmaction', ('mmaction2', ), '1.2.0', '1.3',
                'pip install "mmaction2>=1.2.0,<1.3"'),
    Requirement('decord', ('decord', ), '0.6.0', None,
                'pip install "decord>=0.6.0"'),
    Requirement('av', ('av', ), '12', None, 'pip install "av>=12"'),
)


def installed(module: str) -> bool:
    """Whether the top-level ``module`` can be found, without importing it."""
    return importlib.util.find_spec(module) is not None


def version_of(requirement: Requirement) -> Optional[str]:
    """Installed version of a requirement, None where it is missing."""
    for distribution in requirement.distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    if installed(requirement.module):  # a source checkout on PYTHONPATH
        module = importlib.import_module(requirement.module)
        return getattr(module, '__version__', None)
    return None


def problem_of(requirement: Requirement) -> Optional[str]:
    """One sentence on what is wrong with a requirement, None if nothing."""
    name = requirement.distributions[0]
    version = version_of(requirement)
    if version is None:
        return f'{name} is missing: {requirement.command}'
    below = requirement.below
    if Version(version) < Version(requirement.lowest) or (
            below is not None and Version(version) >= Version(below)):
        wanted = f'>={requirement.lowest}' + (f',<{below}' if below else '')
        return (f'{name} {version} is installed, but {wanted} is needed: '
                f'{requirement.command}')
    return None


def problems() -> List[str]:
    """One sentence for every core requirement that is not met."""
    found = (problem_of(requirement) for requirement in CORE)
    return [problem for problem in found if problem is not None]


def check() -> None:
    """Stop the import of this package on a stack that cannot work.

    Raises:
        ImportError: If a core requirement is missing or out of range.
    """
    found = problems()
    if found:
        raise ImportError('mmaction_sampler cannot be used: ' +
                          '; '.join(found))
