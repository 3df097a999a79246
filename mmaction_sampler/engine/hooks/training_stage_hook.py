"""Training stages inside one run: what trains, with which optimiser."""
import copy
from typing import List, Optional, Union

from mmaction.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import BaseLoop, EpochBasedTrainLoop, Runner

from mmaction_sampler.models.wrapper import unwrapped

_STAGE_KEYS = {'name', 'epochs', 'optim_wrapper', 'param_scheduler'}


@HOOKS.register_module()
class TrainingStageHook(Hook):
    """Switch freezing, optimiser and schedulers between training stages.

    Which components train in a stage is the model's ``STAGES``. Schedulers
    count from the beginning of their stage. A checkpoint carries the name of
    the stage that wrote it, so that its optimiser state is resumed into the
    optimiser of that stage, also at a boundary.

    Args:
        stages (list[dict]): In order of time. Each has ``name`` (a key of
            the model's ``STAGES``), ``epochs`` (at least 1) and optionally
            ``optim_wrapper`` and ``param_scheduler``; omitted means the
            config's top-level ones, ``param_scheduler=None`` means constant.
            Where a constructor makes several optimisers, schedulers may be
            a dict with their names.

    Raises:
        ValueError: If a stage is incomplete or has unknown keys; when the
            run begins, if a name is not a stage of the model, the epochs
            do not add up to ``train_cfg.max_epochs``, an epoch has no
            iteration, or a scheduler begins behind the end of its stage or
            is of no optimiser.
    """

    priority = 'VERY_HIGH'

    def __init__(self, stages: List[dict]) -> None:
        if not stages:
            raise ValueError('stages must name at least one training stage')
        for stage in stages:
            unknown = set(stage) - _STAGE_KEYS
            if unknown:
                raise ValueError(
                    f'training stage has unknown keys {sorted(unknown)}; '
                    f'known are {sorted(_STAGE_KEYS)}')
            if not isinstance(stage.get('name'), str):
                raise ValueError(f'training stage {stage} needs a name')
            epochs = stage.get('epochs')
            if not isinstance(epochs, int) or epochs < 1:
                raise ValueError(
                    f'training stage {stage["name"]!r} needs epochs >= 1, '
                    f'but got {epochs!r}')
        self.stages = stages
        self._current: Optional[int] = None

    def before_run(self, runner: Runner) -> None:
        """Check the stages against model and loop, and enter the first.

        This comes before a checkpoint is loaded or resumed.
        """
        loop = runner._train_loop
        if not isinstance(loop, BaseLoop):
            return  # validation or test only
        if not isinstance(loop, EpochBasedTrainLoop):
            raise ValueError(
                'TrainingStageHook counts epochs: set train_cfg.by_epoch to '
                'True')
        if not len(runner.train_dataloader):
            raise ValueError(
                'an epoch has no iteration: train_dataloader drops the last '
                'batch (drop_last), and there are too few videos for one; '
                'lower its batch_size')
        model = unwrapped(runner.model)
        known = getattr(model, 'STAGES', None)
        if known is None:
            raise ValueError(
                f'{type(model).__name__} has no training stages: remove '
                f'TrainingStageHook from custom_hooks')
        for stage in self.stages:
            if stage['name'] not in known:
                raise ValueError(
                    f'unknown training stage {stage["name"]!r}: '
                    f'{type(model).__name__} has the stages '
                    f'{", ".join(known)}')
        total = sum(stage['epochs'] for stage in self.stages)
        if total != loop.max_epochs:
            raise ValueError(
                f'the training stages add up to {total} epochs, but '
                f'train_cfg.max_epochs is {loop.max_epochs}; set it to '
                f'{total}')
        self._enter(runner, 0)

    def before_save_checkpoint(self, runner: Runner,
                               checkpoint: dict) -> None:
        """Name the stage that writes the checkpoint."""
        if self._current is not None:
            name = self.stages[self._current]['name']
            checkpoint['meta']['training_stage'] = name

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """On resume, enter the stage that wrote the checkpoint.

        The runner restores optimiser and schedulers right after this.

        Raises:
            ValueError: If the checkpoint's stage is not in this run.
        """
        if self._current is None or not runner._resume:
            return
        meta = checkpoint['meta']
        index = self._index_of_epoch(max(meta['epoch'] - 1, 0))
        name = meta.get('training_stage', self.stages[index]['name'])
        names = [stage['name'] for stage in self.stages]
        if name not in names:
            raise ValueError(
                f'the checkpoint was written in training stage {name!r}, but '
                f'this run has the stages {", ".join(names)}; resume with '
                f'the config of that run')
        if names[index] != name:
            index = names.index(name)
        if index != self._current:
            self._enter(runner, index)

    def before_train_epoch(self, runner: Runner) -> None:
        """Enter the stage of this epoch if it is not the current one.

        Gradients are accumulated within an epoch: those of a few last
        iterations could reach neither a checkpoint nor, as it freezes
        others, the next stage.
        """
        index = self._index_of_epoch(runner.epoch)
        if index != self._current:
            # The log would go on to print the last values of keys that the
            # new stage no longer has.
            scalars = runner.message_hub.log_scalars
            for key in [k for k in scalars if k.startswith('train/')]:
                del scalars[key]
            self._enter(runner, index)
        runner.optim_wrapper.initialize_count_status(
            runner.model, 0, len(runner.train_dataloader))

    def before_train_iter(self,
                          runner: Runner,
                          batch_idx: int,
                          data_batch: Optional[dict] = None) -> None:
        """Tell the model how far the stage has got, in [0, 1)."""
        # Not by runner.iter: a run may be resumed with other batch sizes or
        # numbers of ranks, whose epochs have other lengths.
        epochs = runner.epoch - self._first_epoch(self._current) + (
            batch_idx / len(runner.train_dataloader))
        unwrapped(runner.model).stage_progress = epochs / self.stages[
            self._current]['epochs']

    def _first_epoch(self, index: int) -> int:
        return sum(stage['epochs'] for stage in self.stages[:index])

    def _index_of_epoch(self, epoch: int) -> int:
        """The stage to which an epoch, counted from 0, belongs."""
        for index in range(len(self.stages) - 1):
            if epoch < self._first_epoch(index + 1):
                return index
        return len(self.stages) - 1

    def _enter(self, runner: Runner, index: int) -> None:
        """Freeze, and build this stage's optimiser and schedulers."""
        stage = self.stages[index]
        model = unwrapped(runner.model)
        model.set_stage(stage['name'])
        config = copy.deepcopy(stage)
        # The runner scales no learning rate under schedulers that it would
        # take for those of the new optimiser.
        runner.param_schedulers = None
        optim_wrapper = config.get('optim_wrapper',
                                   runner.cfg.get('optim_wrapper'))
        if optim_wrapper is None:
            raise ValueError(
                f'training stage {stage["name"]!r} has no optim_wrapper, and '
                f'neither has the config; give one of them')
        runner.optim_wrapper = _build_optim_wrapper(runner, optim_wrapper)
        schedulers = config.get('param_scheduler',
                                runner.cfg.get('param_scheduler'))
        runner.param_schedulers = _build_schedulers(
            runner, copy.deepcopy(schedulers), stage)
        self._current = index
        first = self._first_epoch(index)
        trained = sum(p.numel() for p in model.parameters()
                      if p.requires_grad)
        names = model.STAGES[stage['name']]
        frozen = [c for c in model.components if c not in names]
        runner.logger.info(
            f'Training stage {stage["name"]!r} ({index + 1} of '
            f'{len(self.stages)}, epochs {first + 1} to '
            f'{first + stage["epochs"]}): trains {", ".join(names)} '
            f'({trained / 1e6:.2f} M parameters), frozen '
            f'{", ".join(frozen) or "nothing"}')


def _build_optim_wrapper(runner: Runner, config: dict) -> OptimWrapper:
    """The optimiser of a stage, its learning rate scaled like the first."""
    optim_wrapper = runner.build_optim_wrapper(copy.deepcopy(config))
    runner.scale_lr(optim_wrapper, runner.auto_scale_lr)
    return optim_wrapper


def _build_schedulers(runner: Runner, configs: Union[dict, list, None],
                      stage: dict) -> Union[dict, list, None]:
    """Schedulers whose default end is the end of the stage."""
    if not configs:
        return None
    if isinstance(configs, dict) and 'type' not in configs:
        _check_names(runner.optim_wrapper, configs, stage)
    length = len(runner.train_dataloader)
    for config in _each(configs):
        counts_epochs = config.get('by_epoch', True)
        end = stage['epochs'] * (1 if counts_epochs else length)
        config.setdefault('end', end)
        if config.get('begin', 0) >= config['end']:
            raise ValueError(
                f"the {config['type']} of training stage {stage['name']!r} "
                f"begins at {config['begin']}, but ends at {config['end']}; "
                f"a stage of {stage['epochs']} epoch(s) needs an earlier "
                f"begin, or no such scheduler")
    return runner.build_param_scheduler(configs)


def _check_names(optim_wrapper: OptimWrapper, configs: dict,
                 stage: dict) -> None:
    """Refuse a dict of schedulers that is not one of the optimisers."""
    names = []
    if isinstance(optim_wrapper, OptimWrapperDict):
        names = sorted(optim_wrapper.keys())
    if sorted(configs) != names:
        raise ValueError(
            f"the param_scheduler of training stage {stage['name']!r} has no "
            f"type, and its keys {sorted(configs)} are not the names of the "
            f"optimisers, which are {names or 'one without a name'}; give a "
            f"scheduler or a list of them")


def _each(configs: Union[dict, list]) -> List[dict]:
    """The schedulers, also those of several optimisers."""
    if not isinstance(configs, dict):
        return list(configs)
    if 'type' in configs:
        return [configs]
    return [config for part in configs.values() for config in _each(part)]
