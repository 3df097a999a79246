"""What the training and test scripts share: options, and their meaning."""
import argparse
import json
import os
import os.path as osp
from datetime import timedelta
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

import torch.distributed as torch_dist
from mmaction.registry import RUNNERS
from mmengine.config import Config, ConfigDict, DictAction
from mmengine.device import get_device
from mmengine.dist import (barrier, init_dist, is_distributed,
                           is_main_process)
from mmengine.runner import Runner
from torch.distributed.constants import default_pg_timeout

from mmaction_sampler.whole_file import whole_file
from .config_edits import (add_dump, enable_amp, enable_auto_scale_lr,
                           enable_test_amp, enable_visualization,
                           keep_ranks_uneven, read_config, set_randomness)
from .freed_memory import keep_freed_memory
from .json_values import json_value

_PATIENCE = timedelta(days=30)


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that training and testing have in common."""
    parser.add_argument(
        '--work-dir', help='directory for logs, checkpoints and metrics')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='settings that override the config, as key=value pairs; a list '
        'is written key="[a,b]" or key=a,b, without white space')
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='what started the processes of a distributed run')
    # torch.distributed.launch of older releases passes it.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def parse_train_args(
        argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Parse the options of ``tools/train.py``: those of MMAction2 1.x."""
    parser = argparse.ArgumentParser(description='Train a recognizer')
    parser.add_argument('config', help='path of the config')
    add_common_options(parser)
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='checkpoint to resume from; without a value, the latest one in '
        'the work directory')
    parser.add_argument(
        '--amp', action='store_true', help='train with mixed precision')
    parser.add_argument(
        '--no-validate',
        action='store_true',
        help='do not validate during training')
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the real total batch size')
    parser.add_argument('--seed', type=int, help='random seed')
    parser.add_argument(
        '--diff-rank-seed',
        action='store_true',
        help='give every rank a seed of its own')
    parser.add_argument(
        '--deterministic',
        action='store_true',
        help='use deterministic cuDNN algorithms')
    return parser.parse_args(argv)


def parse_test_args(
        argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Parse the options of ``tools/test.py``: those of MMAction2 1.x."""
    parser = argparse.ArgumentParser(description='Test a recognizer')
    parser.add_argument('config', help='path of the config')
    parser.add_argument('checkpoint', help='path or address of the weights')
    add_common_options(parser)
    parser.add_argument(
        '--amp', nargs='?', const='auto', choices=('auto', 'bf16', 'fp16'),
        help='test with mixed precision; auto is bf16 on a CPU, else fp16')
    parser.add_argument(
        '--compile', action='store_true',
        help='compile the recognizer with torch.compile first, which takes '
        'a minute or more and needs a C++ compiler')
    parser.add_argument(
        '--dump', help='pickle file that the predictions are written to')
    parser.add_argument(
        '--json', help='file that the metrics are written to')
    parser.add_argument(
        '--show-dir', help='directory that drawn predictions are written to')
    parser.add_argument(
        '--show', action='store_true', help='draw predictions in a window')
    parser.add_argument(
        '--interval', type=int, default=1, help='draw every n-th sample')
    parser.add_argument(
        '--wait-time',
        type=float,
        default=2,
        help='seconds that a drawn prediction is shown')
    return parser.parse_args(argv)


def load_config(args: argparse.Namespace) -> Config:
    """Read the config and merge what both scripts' options say.

    The command line wins over the config; without a work directory in
    either, it is named after the config.

    Raises:
        FileNotFoundError: If there is no such config.
    """
    cfg = read_config(args.config, args.cfg_options)
    keep_ranks_uneven(cfg)
    cfg.launcher = args.launcher
    if args.work_dir is not None:
        cfg.work_dir = args.work_dir
    elif cfg.get('work_dir') is None:
        name = osp.splitext(osp.basename(args.config))[0]
        cfg.work_dir = osp.join('./work_dirs', name)
    return cfg


def train_config(args: argparse.Namespace) -> Config:
    """The config of a training run, every option merged.

    Raises:
        FileNotFoundError: If there is no such config.
        ValueError: If ``--amp`` or ``--auto-scale-lr`` cannot be met.
    """
    cfg = load_config(args)
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.amp:
        enable_amp(cfg)
    if args.auto_scale_lr:
        enable_auto_scale_lr(cfg)
    if args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    set_randomness(
        cfg,
        seed=args.seed,
        diff_rank_seed=args.diff_rank_seed,
        deterministic=args.deterministic)
    return cfg


def test_config(args: argparse.Namespace) -> Config:
    """The config of a test run, every option merged.

    Raises:
        FileNotFoundError: If there is no such config.
        ValueError: If ``--amp``, ``--dump`` or ``--show`` cannot be met.
    """
    cfg = load_config(args)
    cfg.load_from = args.checkpoint
    if args.amp is not None:
        enable_test_amp(cfg, args.amp)
    if args.show or args.show_dir is not None:
        enable_visualization(
            cfg,
            show=args.show,
            out_dir=args.show_dir,
            interval=args.interval,
            wait_time=args.wait_time)
    if args.dump is not None:
        add_dump(cfg, args.dump)
    return cfg


def setup_cpu_distributed(cfg: Config) -> None:
    """Prepare a distributed run on a machine without an accelerator.

    MMEngine selects a CUDA device and hands it to its wrapper, which fails
    there; a process group that exists already, and a wrapper config without
    devices, keep it from both.

    Raises:
        ValueError: If the launcher is not PyTorch's.
    """
    _init_gloo(cfg.launcher)
    wrapper = cfg.get('model_wrapper_cfg') or ConfigDict(
        type='MMDistributedDataParallel',
        broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False))
    wrapper['device_ids'] = None
    cfg.model_wrapper_cfg = wrapper


def _init_gloo(launcher: str, timeout: timedelta = default_pg_timeout) -> None:
    if launcher != 'pytorch':
        raise ValueError(
            f'--launcher {launcher} needs an accelerator and this '
            'machine has none; use --launcher pytorch.')
    if not is_distributed():  # as MMEngine, for one run after another
        torch_dist.init_process_group('gloo', timeout=timeout)


def start_distributed(launcher: str, local_rank: int = 0) -> None:
    """Join the processes of a run that has no runner.

    They may wait for each other as long as it takes: one may have a folder
    of long videos.

    Args:
        launcher (str): What started them; ``'none'`` for one process.
        local_rank (int): Rank on this machine, where the launcher did not
            put it into the environment. Defaults to 0.

    Raises:
        ValueError: If the launcher needs an accelerator and there is none.
    """
    os.environ.setdefault('LOCAL_RANK', str(local_rank))
    if launcher == 'none':
        return
    if get_device() == 'cpu':
        _init_gloo(launcher, _PATIENCE)
    else:
        init_dist(launcher, timeout=int(_PATIENCE.total_seconds()))


def build_runner(cfg: Config, local_rank: int = 0) -> Runner:
    """Build the runner that the config describes.

    Args:
        cfg (Config): A config that :func:`train_config` or
            :func:`test_config` returned.
        local_rank (int): Rank on this machine, where the launcher did not
            put it into the environment. Defaults to 0.
    """
    os.environ.setdefault('LOCAL_RANK', str(local_rank))
    if get_device() == 'cpu':
        keep_freed_memory()
    if cfg.launcher != 'none' and get_device() == 'cpu':
        setup_cpu_distributed(cfg)
    if 'runner_type' in cfg:
        return RUNNERS.build(cfg)
    return Runner.from_cfg(cfg)


def end_together() -> None:
    """Wait for all ranks, then leave the process group.

    A rank that ends while another one still talks to it over gloo would
    abort that one.
    """
    if is_distributed():
        barrier()
        torch_dist.destroy_process_group()


def write_metrics(metrics: Dict[str, Any], path: str) -> None:
    """Write the metrics of a test as JSON, from the main process only.

    Args:
        metrics (dict): Numbers, tensors or arrays by name; what is not
            finite becomes null.
        path (str): The file, which is there whole or not at all.
    """
    if is_main_process():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(json_value(metrics), indent=2) + '\n'
        with whole_file(path) as part:
            part.write_text(text, encoding='utf-8')
