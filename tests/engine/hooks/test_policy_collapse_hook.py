"""A warning when a policy explores no more."""
from pathlib import Path
from types import SimpleNamespace
from typing import List

import pytest
from mmaction.registry import HOOKS
from mmengine.logging import MMLogger


def warnings(tmp_path: Path, entropies: List[float], key: str = 'entropy',
             **options) -> str:
    """What is logged of a stage of 100 iterations with such entropies."""
    log = tmp_path / 'log'
    logger = MMLogger.get_instance(str(tmp_path), log_file=str(log))
    model = SimpleNamespace(stage='policy', stage_progress=0.)
    hook = HOOKS.build(dict(type='PolicyCollapseHook', window=5, **options))
    for i, entropy in enumerate(entropies):
        model.stage_progress = i / 100
        hook.after_train_iter(
            SimpleNamespace(model=model, logger=logger), i,
            outputs={key: entropy, 'loss_entropy': 0., 'reward': 0.})
    return log.read_text()


@pytest.mark.parametrize('key', ['entropy', 'skip_policy.entropy'])
def test_a_collapse_is_named_once(tmp_path: Path, key: str) -> None:
    text = warnings(tmp_path, [2.3] * 10 + [0.01] * 30, key)
    assert text.count('policy collapse') == 1
    assert f"{key} is 0.01 nats, mean of the last 5" in text
    assert "early in stage 'policy'" in text


@pytest.mark.parametrize('entropies', [
    [2.3] * 40, [2.3] * 30 + [0.2] * 20, [2.3] * 60 + [0.01] * 40,
    [2.3, 0.01, 2.3, 0.01] * 10, [0.] * 20, [-1.77] * 20])
def test_no_false_alarm(tmp_path: Path, entropies: List[float]) -> None:
    """Still high, late, single batches, no choice, a narrow density."""
    assert 'collapse' not in warnings(tmp_path, entropies)


@pytest.mark.parametrize('options', [dict(min_share=0), dict(before=2),
                                     dict(min_share=1)])
def test_wrong_numbers_are_refused(tmp_path: Path, options: dict) -> None:
    with pytest.raises(ValueError, match='must be in'):
        warnings(tmp_path, [], **options)
