"""Rules that hold for every file, read from the syntax trees."""
import ast
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple

import pytest
from helpers import REPOSITORY

PACKAGE = REPOSITORY / 'mmaction_sampler'
MODULES = sorted(p for p in PACKAGE.rglob('*.py') if '.mim' not in p.parts)
TOOLS = sorted((REPOSITORY / 'tools').rglob('*'))
MAX_LINES = 300
MAX_COLUMNS = 79

# What a part may import of the package, besides itself. A part is a folder,
# or a module beside the folders.
ALLOWED: Dict[str, Set[str]] = {
    'structures': set(),
    'ops': set(),
    'analysis': set(),
    'datasets': {'structures', 'ops', 'whole_file'},
    'models': {'structures', 'ops', 'analysis', 'whole_file'},
    'evaluation': {'structures'},
    'visualization': {'structures'},
    'engine': {
        'structures', 'ops', 'analysis', 'datasets', 'models', 'evaluation',
        'visualization', 'checkpoint_match', 'main_process'
    },
    'apis': {
        'structures', 'ops', 'analysis', 'datasets', 'models', 'evaluation',
        'visualization', 'checkpoint_match', 'stack', 'version',
        'main_process', 'whole_file'
    },
    'infer': {'apis'},
    'version': set(),
    'main_process': set(),
    'whole_file': set(),
    'stack': set(),
    'safe_checkpoint': set(),
    'checkpoint_match': set(),
    'compat': {'stack', 'safe_checkpoint'},
    'env': {'stack', 'compat', 'version'},
    # Importing the package registers everything.
    '__init__': {
        'compat', 'stack', 'version', 'datasets', 'engine', 'evaluation',
        'models', 'structures'
    },
}

# Public functions that may take **kwargs, and why.
KWARGS_ALLOWED = {
    'mmaction_sampler/compat.py:DRN.__init__':
    'stands in for a class of MMAction2 whatever its arguments',
}

Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def name_of(path: Path) -> str:
    """Path inside the repository."""
    return path.relative_to(REPOSITORY).as_posix()


def part_of(path: Path) -> str:
    """Folder of the package, or module beside the folders."""
    return path.relative_to(PACKAGE).with_suffix('').parts[0]


def imports(path: Path) -> Iterator[Tuple[int, str]]:
    """Line and absolute name of every import of our own."""
    package = ('mmaction_sampler', *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) + 1 - node.level] if (
                node.level) else ()
            module = '.'.join((*base, *([node.module] if node.module else ())))
            names = [f'{module}.{alias.name}' for alias in node.names]
        else:
            continue
        for name in names:
            if name.split('.')[0] == 'mmaction_sampler':
                yield node.lineno, name


def public_definitions(path: Path) -> Iterator[Tuple[str, ast.AST]]:
    """Public functions and classes, and public methods of the latter."""

    def walk(body: List[ast.stmt], prefix: str) -> Iterator:
        for node in body:
            if not isinstance(node, (*Function, ast.ClassDef)):
                continue
            if node.name.startswith('_') and node.name != '__init__':
                continue
            yield f'{prefix}{node.name}', node
            if isinstance(node, ast.ClassDef):
                yield from walk(node.body, f'{prefix}{node.name}.')

    yield from walk(ast.parse(path.read_text()).body, f'{name_of(path)}:')


@pytest.mark.parametrize('path', MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    part = part_of(path)
    assert part in ALLOWED, (
        f'{part} is a new part of the package: say what it may import')
    for line, name in imports(path):
        target = name.split('.')[1] if '.' in name else '__init__'
        assert target in ALLOWED[part] | {part}, (
            f'{name_of(path)}:{line} imports {name}, but {part} may import '
            f'only {sorted(ALLOWED[part])}')


@pytest.mark.parametrize('path', MODULES, ids=name_of)
def test_no_relative_import_leaves_its_part(path: Path) -> None:
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            inside = node.level < depth or depth == 1
            assert inside, (
                f'{name_of(path)}:{node.lineno} reaches another part by a '
                f'relative import; name it in full')


@pytest.mark.parametrize('path', MODULES, ids=name_of)
def test_what_is_public_has_a_docstring(path: Path) -> None:
    bare = [
        name for name, node in public_definitions(path)
        if not name.endswith('.__init__') and not ast.get_docstring(node)
    ]
    assert bare == []
    if path.name != '__init__.py' and path.stem != 'version':
        assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize('path', MODULES, ids=name_of)
def test_public_functions_take_no_kwargs(path: Path) -> None:
    swallowing = [
        name for name, node in public_definitions(path)
        if isinstance(node, Function) and node.args.kwarg
        and name not in KWARGS_ALLOWED
    ]
    assert swallowing == []


@pytest.mark.parametrize('path', MODULES, ids=name_of)
def test_no_assert_and_no_cuda_call(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        place = f'{name_of(path)}:{getattr(node, "lineno", 0)}'
        assert not isinstance(node, ast.Assert), (
            f'{place} asserts; python -O drops that, raise instead')
        is_cuda = (isinstance(node, ast.Call)
                   and isinstance(node.func, ast.Attribute)
                   and node.func.attr == 'cuda')
        assert not is_cuda, f'{place} calls .cuda(); use .to(device)'


def test_exceptions_are_still_there() -> None:
    names = {
        name for path in MODULES for name, node in public_definitions(path)
        if isinstance(node, Function) and node.args.kwarg
    }
    assert set(KWARGS_ALLOWED) <= names
    assert {part_of(path) for path in MODULES} == set(ALLOWED)


@pytest.mark.parametrize(
    'path', [p for p in MODULES + TOOLS if p.is_file()
             and p.suffix in ('.py', '.sh')], ids=name_of)
def test_files_stay_short(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= MAX_LINES, f'{name_of(path)} has {lines} lines'


@pytest.mark.parametrize(
    'path', MODULES + sorted(p for folder in ('tools', 'tests')
                             for p in (REPOSITORY / folder).rglob('*.py')),
    ids=name_of)
def test_lines_stay_short(path: Path) -> None:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        assert len(line) <= MAX_COLUMNS, f'{name_of(path)}:{number}'


@pytest.mark.parametrize(
    'path', [p for p in TOOLS if p.suffix == '.py'
             and "__name__ == '__main__'" in p.read_text()], ids=name_of)
def test_scripts_import_the_package_before_upstream(path: Path) -> None:
    """It mends what they import; most tests have imported it long before."""
    lines = {'mmaction': [], 'mmpretrain': [], 'mmaction_sampler': []}
    for line, name in imports_of_all(path):
        lines.get(name.split('.')[0], []).append(line)
    upstream = lines['mmaction'] + lines['mmpretrain']
    if upstream:
        assert min(lines['mmaction_sampler'], default=0) > 0
        assert min(lines['mmaction_sampler']) < min(upstream)


def imports_of_all(path: Path) -> Iterator[Tuple[int, str]]:
    """Line and name of every absolute import."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) else [
            alias.name for alias in getattr(node, 'names', ())
            if isinstance(node, ast.Import)]
        for name in filter(None, names):
            yield node.lineno, name
