"""Links and commands of the pages: what they name has to be there."""
import re
import shlex
from pathlib import Path
from typing import Iterator, List, Set, Tuple

import pytest
from helpers import REPOSITORY

PAGES = sorted(
    path for path in [*REPOSITORY.glob('*.md'),
                      *(REPOSITORY / 'docs').glob('*.md'),
                      *(REPOSITORY / 'configs').rglob('*.md'),
                      *(REPOSITORY / 'tools').rglob('*.md')])
#: Folders that are in the repository; data and work_dirs are the user's.
OURS = ('tools/', 'configs/', 'docs/', 'requirements/', 'mmaction_sampler/')
# Letters that stand for a name: CONFIG, and 0 to 2 as in CLASS_{0..2}.
PLACEHOLDER = re.compile(r'[A-Z]{2,}|[{}<>*$]')


def name_of(path: Path) -> str:
    """Path inside the repository."""
    return path.relative_to(REPOSITORY).as_posix()


def commands(page: str) -> Iterator[List[str]]:
    """The words of every command in a page's bash blocks."""
    for block in re.findall(r'^```bash\n(.*?)^```', page, re.M | re.S):
        for line in block.replace('\\\n', ' ').splitlines():
            if line.startswith((' ', '#')) or not line.strip():
                continue
            try:
                yield shlex.split(line, comments=True)
            except ValueError:
                continue  # part of a program that stands in the block


def missing_paths(words: List[str]) -> Set[str]:
    """Our own files among the words that do not exist."""
    paths = {value for word in words for value in word.split('=')
             if value.startswith(OURS) and not PLACEHOLDER.search(value)}
    return {path for path in paths if not (REPOSITORY / path).exists()}


def known_options(script: Path) -> Set[str]:
    """Options in a script and in the modules that it imports from us."""
    text = script.read_text()
    for folder, name in re.findall(
            r'^from ((?:\w+\.)*)(\w+) import', text, re.M):
        base = REPOSITORY if folder.startswith(
            'mmaction_sampler.') else script.parent
        module = base / folder.replace('.', '/') / f'{name}.py'
        if module.is_file():
            text += module.read_text()
    if 'mmaction_sampler.apis' in text:
        for name in ('cli', 'input_shape'):  # what the others share
            text += Path(
                REPOSITORY, f'mmaction_sampler/apis/{name}.py').read_text()
    return set(re.findall(r"'(--[\w-]+)'", text)) | {'--help'}


def unknown_options(words: List[str]) -> Tuple[str, Set[str]]:
    """The script of a command, and options of it that it does not have."""
    scripts = [word for word in words if word.endswith('.py')
               and word.startswith('tools/')]
    if 'python' not in words or not scripts:
        return '', set()
    behind = words[words.index(scripts[0]) + 1:]
    given = {word.split('=')[0] for word in behind if word.startswith('--')}
    return scripts[0], given - known_options(REPOSITORY / scripts[0])


@pytest.mark.parametrize('path', PAGES, ids=name_of)
def test_commands(path: Path) -> None:
    for words in commands(path.read_text()):
        assert not missing_paths(words), words
        script, unknown = unknown_options(words)
        assert not unknown, (script, words)


@pytest.mark.parametrize('path', PAGES, ids=name_of)
def test_links(path: Path) -> None:
    for target in re.findall(r'\]\(([^)\s]+)\)', path.read_text()):
        if '://' in target:
            continue
        file, _, anchor = target.partition('#')
        linked = (path.parent / file) if file else path
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked.read_text()), target


def anchors(page: str) -> Set[str]:
    """Names of a page's headings, as GitHub makes them."""
    headings = re.findall(r'^#+ (.+)$', page, re.M)
    return {re.sub(r'[^\w\- ]', '', heading).strip().lower().replace(' ', '-')
            for heading in headings}


def test_index_names_every_page() -> None:
    index = (REPOSITORY / 'docs/README.md').read_text()
    for path in (REPOSITORY / 'docs').glob('*.md'):
        if path.name != 'README.md':
            assert f'({path.name})' in index, f'{path.name} is in no list'


def test_readme_is_short() -> None:
    lines = (REPOSITORY / 'README.md').read_text().splitlines()
    assert len(lines) <= 115


def test_wrong_commands_are_noticed() -> None:
    page = ('```bash\npython tools/train.py configs/none.py \\\n'
            '    --no-such-option --resume\n'
            'python tools/test.py CONFIG CHECKPOINT --json=out.json\n```\n')
    first, second = commands(page)
    assert missing_paths(first) == {'configs/none.py'}
    assert unknown_options(first) == ('tools/train.py', {'--no-such-option'})
    assert not missing_paths(second)
    assert unknown_options(second) == ('tools/test.py', set())
