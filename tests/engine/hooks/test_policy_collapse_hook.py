"""A warning when a policy explores no more."""
from pathlib import Path
from types import SimpleNamespace
from typing import List

import pytest
import torch
from helpers import build_runner, tiny_config
from mmaction.registry import HOOKS
from mmengine.logging import MMLogger


def warnings(tmp_path: Path, entropies: List[float], key: str = 'entropy',
             resumed_at: int = -1, **options) -> str:
    """What is logged of a stage of 100 iterations with such entropies.

    The run is saved before one of them, and resumed by another process.
    """
    log = tmp_path / 'log'
    logger = MMLogger.get_instance(str(tmp_path), log_file=str(log))
    model = SimpleNamespace(stage='policy', stage_progress=0.)
    hook = HOOKS.build(dict(type='PolicyCollapseHook', window=5, **options))
    for i, entropy in enumerate(entropies):
        model.stage_progress = i / 100
        if i == resumed_at:
            checkpoint = {}
            hook.before_save_checkpoint(None, checkpoint)
            torch.save(checkpoint, tmp_path / 'saved.pth')
            hook = HOOKS.build(
                dict(type='PolicyCollapseHook', window=5, **options))
            hook.after_load_checkpoint(
                SimpleNamespace(_resume=True),
                torch.load(tmp_path / 'saved.pth', weights_only=True))
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


@pytest.mark.parametrize('resumed_at', [12, 30])
def test_a_resumed_run_is_warned_once(tmp_path: Path,
                                      resumed_at: int) -> None:
    """Saved after the collapse, before or after the warning."""
    text = warnings(tmp_path, [2.3] * 10 + [0.01] * 30, resumed_at=resumed_at)
    assert text.count('policy collapse') == 1


def test_weights_alone_bring_no_entropies(ann_file: Path,
                                          tmp_path: Path) -> None:
    cfg = tiny_config(ann_file, tmp_path)
    cfg.train_cfg.max_epochs = 1
    cfg.custom_hooks[0].stages = [dict(name='policy', epochs=1)]
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    build_runner(cfg).train()
    checkpoint = torch.load(tmp_path / 'epoch_1.pth', weights_only=True)
    seen = checkpoint['policy_collapse']
    assert seen['stage'] == 'policy' and seen['largest']['entropy'] > 0
    hook = HOOKS.build(dict(type='PolicyCollapseHook'))
    hook.after_load_checkpoint(SimpleNamespace(_resume=False), checkpoint)
    assert not hook._largest


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
