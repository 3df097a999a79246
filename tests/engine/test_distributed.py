"""Both training stages in two processes on gloo."""
import torch
from helpers import REPOSITORY, run_python, tiny_config

CHECK = '''
import torch
import torch.distributed as dist
from mmengine.hooks import Hook
from mmaction.registry import HOOKS


@HOOKS.register_module()
class SaveRankHook(Hook):

    def after_train_epoch(self, runner):
        path = f'{runner.work_dir}/{runner.epoch}_rank{dist.get_rank()}.pt'
        torch.save(runner.model.module.state_dict(), path)
'''


def test_ranks_hold_equal_parameters_after_every_stage(ann_file, tmp_path):
    (tmp_path / 'save_rank_hook.py').write_text(CHECK)
    cfg = tiny_config(ann_file, tmp_path / 'run')
    cfg.custom_imports.imports.append('save_rank_hook')
    cfg.custom_hooks.append(dict(type='SaveRankHook'))
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.dump(tmp_path / 'config.py')
    result = run_python(
        tmp_path, '-m', 'torch.distributed.run', '--standalone',
        '--nproc_per_node=2', str(REPOSITORY / 'tools/train.py'),
        str(tmp_path / 'config.py'), '--launcher', 'pytorch')
    assert result.returncode == 0, result.stderr[-2000:]
    states = {
        (epoch, rank): torch.load(tmp_path / f'run/{epoch}_rank{rank}.pt')
        for epoch in range(4) for rank in range(2)
    }

    def changed(epoch: int, component: str) -> bool:
        before, after = states[epoch - 1, 0], states[epoch, 0]
        return any(not torch.equal(before[k], after[k]) for k in before
                   if k.startswith(component))

    for epoch in range(4):
        for key, value in states[epoch, 0].items():
            # Running statistics are each rank's own, as in MMAction2.
            if 'running_' not in key:
                assert torch.equal(value, states[epoch, 1][key]), (epoch, key)
    assert changed(1, 'classifier') and not changed(1, 'policy')
    assert changed(3, 'policy') and not changed(3, 'classifier')
