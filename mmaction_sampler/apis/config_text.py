"""Configs as text, read without running them."""
import ast
from typing import Any, Dict

from mmengine.config import Config
from mmengine.runner.checkpoint import CheckpointLoader


def literal_config(text: str, source: str) -> Config:
    """Read a config that is data alone, as checkpoints hold it.

    MMEngine's ``Config.fromstring`` runs the text, whoever wrote it.

    Args:
        text (str): Assignments of numbers, strings, lists, tuples, dicts
            (``dict(...)`` included) and sets to names.
        source (str): Where it is from, for the message.

    Returns:
        Config: The config.

    Raises:
        ValueError: If anything else stands there.
    """
    content: Dict[str, Any] = {}
    try:
        for statement in ast.parse(text).body:
            if not isinstance(statement, ast.Assign):
                raise ValueError(ast.unparse(statement))
            for target in statement.targets:
                if not isinstance(target, ast.Name):
                    raise ValueError(ast.unparse(statement))
                content[target.id] = _value(statement.value)
    except (SyntaxError, ValueError, TypeError, RecursionError) as error:
        raise ValueError(
            f'the config inside {source} is more than data ({error}) and is '
            f'not run; give the config file') from error
    return Config(content)


def config_inside(checkpoint: str) -> Config:
    """Read the config that a checkpoint was trained with.

    Args:
        checkpoint (str): Path or address.

    Returns:
        Config: The config.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If there is none inside, or one that is more than data.
    """
    loaded = CheckpointLoader.load_checkpoint(checkpoint, map_location='cpu')
    text = (loaded.get('meta') or {}).get('cfg')
    if not isinstance(text, str):
        raise ValueError(
            f'there is no config inside {checkpoint}; give its config file')
    return literal_config(text, checkpoint)


def _value(node: ast.expr) -> Any:
    """What an expression says, if it is data."""
    if isinstance(node, ast.Call):
        if (not isinstance(node.func, ast.Name) or node.func.id != 'dict'
                or node.args or any(k.arg is None for k in node.keywords)):
            raise ValueError(ast.unparse(node))
        return {k.arg: _value(k.value) for k in node.keywords}
    if isinstance(node, ast.Dict):
        if None in node.keys:  # **
            raise ValueError(ast.unparse(node))
        return {_value(key): _value(value)
                for key, value in zip(node.keys, node.values)}
    for kind, make in ((ast.List, list), (ast.Tuple, tuple), (ast.Set, set)):
        if isinstance(node, kind):
            return make(map(_value, node.elts))
    return ast.literal_eval(node)
