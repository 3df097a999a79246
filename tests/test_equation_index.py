"""``docs/paper_to_code.md`` against the docstrings that it points to."""
import ast
import inspect
import pkgutil
import re
from typing import Any, Dict, List, NamedTuple

import pytest
from helpers import REPOSITORY

PACKAGE = REPOSITORY / 'mmaction_sampler'
IMPLEMENTED = {f'OCSampler Eq. ({number})' for number in range(1, 14)} | {
    f'AdaFocus Eq. ({number})' for number in range(1, 11)} | {
    f'FASTER Eq. ({number})' for number in range(1, 6)} | {
    f'SCSampler Eq. ({number})' for number in range(1, 3)}


class Row(NamedTuple):
    """A line of the table."""
    citation: str
    symbol: str
    config: str


def rows() -> List[Row]:
    """The lines whose first cell cites a paper."""
    text = (REPOSITORY / 'docs/paper_to_code.md').read_text()
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if re.match(r'\S+ (Eq\. \(\d+\)|Table \d+)$', cells[0]):
            citation, _, symbol, config = cells
            found.append(Row(citation, symbol.strip('`'), config.strip('`')))
    return found


def docstrings() -> Dict[str, str]:
    """Docstring of every definition and module in the package."""
    found = {}
    for path in PACKAGE.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                name = f'{path}:{getattr(node, "name", "")}'
                found[name] = ast.get_docstring(node) or ''
    return found


@pytest.mark.parametrize('row', rows(), ids=lambda row: row.symbol)
def test_symbol_cites_what_the_table_says(row: Row) -> None:
    symbol: Any = pkgutil.resolve_name(row.symbol)
    # A citation may be broken across lines.
    docstring = ' '.join(inspect.getdoc(symbol).split())
    assert row.citation in docstring


@pytest.mark.parametrize('row', rows(), ids=lambda row: row.config)
def test_config_is_there(row: Row) -> None:
    assert (REPOSITORY / row.config).is_file()


def test_every_implemented_equation_is_listed() -> None:
    listed = [row.citation for row in rows() if 'Eq.' in row.citation]
    assert sorted(listed) == sorted(IMPLEMENTED)


@pytest.mark.parametrize('citation', sorted(IMPLEMENTED))
def test_one_docstring_cites_each_equation(citation: str) -> None:
    """On one line, so that a search for it finds that one definition."""
    citing = [name for name, text in docstrings().items() if citation in text]
    assert len(citing) == 1, citing
