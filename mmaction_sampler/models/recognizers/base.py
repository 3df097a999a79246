"""What all recognizers share: named components and training stages."""
from abc import ABCMeta, abstractmethod
from typing import (ContextManager, Dict, FrozenSet, List, Mapping, Optional,
                    Tuple, Union)

import torch
from mmaction.structures import ActionDataSample
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement
from torch import Tensor, nn

from mmaction_sampler.analysis import ComponentCost
from ..passes import (FoldedNetworks, compute_finite, fitting_parts, readable,
                      refuse_non_finite_predictions)
from .component_checkpoint import checkpoint_targets, load_component

Samples = List[ActionDataSample]


class ComponentRecognizer(BaseModel, metaclass=ABCMeta):
    """A recognizer made of named components, trained in named stages.

    A subclass declares ``COMPONENTS`` (attribute names of its networks, the
    one vocabulary for freezing, optimiser settings, cost and logs) and
    ``STAGES`` (training stage -> components that train in it, as the paper
    has it), and for every stage ``x`` a method ``loss_x``.

    All parameters are trainable until :meth:`set_stage` is called (by
    ``TrainingStageHook``, after a DistributedDataParallel wrapper was built:
    a parameter frozen before would never be synchronised).

    Args:
        data_preprocessor (dict, optional): Normalisation and stacking.
        component_checkpoints (dict, optional): Name of a component, or of a
            part as ``'classifier.backbone'`` or
            ``dict(classifier=dict(backbone=...))`` -> checkpoint path, or
            ``dict(checkpoint=..., prefix='backbone.')`` to take a part of
            one. Loaded by :meth:`init_weights`, in the order given, every
            parameter of the component or part, or an error.
        fold_norm (bool): Whether passes that train nothing run with each
            batch normalisation folded into its convolution, faster and the
            same to rounding. Weights, checkpoints and the reported cost stay
            those of the network as it is. It is about networks that are run
            through :meth:`network`: FASTER and SCSampler, which have no such
            option, run theirs as they are. Defaults to True.

    Raises:
        ValueError: If ``component_checkpoints`` names no component.
    """

    COMPONENTS: Tuple[str, ...]
    STAGES: Mapping[str, Tuple[str, ...]]

    def __init__(
        self,
        data_preprocessor: Optional[dict] = None,
        component_checkpoints: Optional[dict] = None,
        fold_norm: bool = True
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        self.component_checkpoints = checkpoint_targets(
            component_checkpoints or {}, self.COMPONENTS, type(self).__name__)
        self.stage = next(iter(self.STAGES))
        self.stage_progress = 0.
        self._frozen: Tuple[str, ...] = ()
        self._never_trained: Optional[FrozenSet[str]] = None
        self._folded = FoldedNetworks(fold_norm)
        # By height and width, and what else they depend on.
        self._costs: Dict[Tuple[int, ...], Dict[str, ComponentCost]] = {}

    @property
    def components(self) -> Tuple[str, ...]:
        """Names of the components that this model was built with."""
        return tuple(c for c in self.COMPONENTS if getattr(self, c, None))

    def network(self, name: str) -> nn.Module:
        """A component as it runs now; see ``fold_norm``.

        Args:
            name (str): A component that is a backbone or a recognizer.

        Returns:
            nn.Module: To be called at once, not to be kept.
        """
        return self._folded.of(getattr(self, name))

    def selecting(self, inputs: Tensor) -> ContextManager:
        """Within, what selects in testing runs in full precision.

        Probabilities are often close: in bfloat16 one video in twenty would
        get other frames, and one in twelve, or with places that are
        regressed two in three, other patches.
        """
        return torch.autocast(inputs.device.type, enabled=False)

    def set_stage(self, stage: str) -> None:
        """Begin a training stage: freeze all that does not train in it.

        What the config has frozen (parameters that were so before the first
        stage, as of a norm with ``requires_grad=False``) stays so.

        Args:
            stage (str): A key of ``STAGES``.

        Raises:
            ValueError: If the stage is unknown.
        """
        if stage not in self.STAGES:
            raise ValueError(
                f'unknown training stage {stage!r}: {type(self).__name__} '
                f'has the stages {", ".join(self.STAGES)}')
        self.stage = stage
        self.stage_progress = 0.
        trained = self.STAGES[stage]
        self._frozen = tuple(c for c in self.components if c not in trained)
        if self._never_trained is None:
            self._never_trained = frozenset(
                name for name, p in self.named_parameters()
                if not p.requires_grad)
        for component in self.components:
            for name, p in getattr(self, component).named_parameters():
                p.requires_grad_(
                    component in trained
                    and f'{component}.{name}' not in self._never_trained)
        self.train(self.training)

    def train(self, mode: bool = True) -> 'ComponentRecognizer':
        """Set the mode; frozen components stay in eval (BatchNorm)."""
        super().train(mode)
        self._folded.clear()
        for name in self._frozen:
            getattr(self, name).eval()
        return self

    def init_weights(self) -> None:
        """Initialise, then load ``component_checkpoints``.

        Raises:
            FileNotFoundError: If a checkpoint is missing.
            ValueError: If a checkpoint does not fit its component, or there
                is no such part.
        """
        super().init_weights()
        for name, checkpoint in self.component_checkpoints.items():
            load_component(self, name, checkpoint)

    def forward(self,
                inputs: Tensor,
                data_samples: Optional[Samples] = None,
                mode: str = 'tensor'
                ) -> Union[Dict[str, Tensor], Samples, Tensor]:
        """Losses, predictions or scores, MMEngine's three modes.

        Args:
            inputs (Tensor): Normalised candidates, float
                ``(B, T, C, H, W)``.
            data_samples (list[ActionDataSample], optional): B samples.
            mode (str): ``'loss'``, ``'predict'`` or ``'tensor'``.

        Returns:
            dict | list | Tensor: Losses of the current stage; the samples
            with ``pred_score``, ``selection`` and ``cost``; or scores
            ``(B, num_classes)``.

        Raises:
            ValueError: If the mode is unknown.
        """
        if mode == 'loss':
            return self.loss(inputs, data_samples)
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        if mode == 'tensor':
            return self.scores(inputs)
        raise ValueError(
            f"mode must be 'loss', 'predict' or 'tensor', but got {mode!r}")

    def loss(self, inputs: Tensor, data_samples: Samples) -> Dict[str, Tensor]:
        """Losses and log values of the current training stage.

        Raises:
            NonFiniteError: If a loss is NaN or infinite.
        """
        compute = getattr(self, f'loss_{self.stage}')
        return compute_finite(
            self, lambda: compute(inputs, data_samples), inputs,
            data_samples)

    @abstractmethod
    def scores(self, inputs: Tensor) -> Tensor:
        """Class probabilities, float32 ``(B, num_classes)``."""

    @abstractmethod
    def predict(self, inputs: Tensor, data_samples: Samples) -> Samples:
        """Fill ``pred_score``, ``selection`` and ``cost`` of the samples."""

    @torch.compiler.disable  # a trace
    def component_costs(self, height: int,
                        width: int) -> Dict[str, ComponentCost]:
        """Multiply-adds of every component that testing runs, per video.

        Args:
            height (int): H of the input frames, pixels.
            width (int): W of the input frames, pixels.

        Returns:
            dict[str, ComponentCost]: Cost by component name, measured once
            for each size.
        """
        if (height, width) not in self._costs:
            self._costs[height, width] = self.measure_costs(height, width)
        return self._costs[height, width]

    def measure_costs(self, height: int,
                      width: int) -> Dict[str, ComponentCost]:
        """Trace what :meth:`component_costs` keeps; same arguments.

        A subclass has this method, or another :meth:`component_costs`.
        """
        raise NotImplementedError

    def check_num_candidates(self, inputs: Tensor, hint: str) -> None:
        """Refuse videos of another number of frames.

        Args:
            inputs (Tensor): Should be ``(B, T, C, H, W)``.
            hint (str): What to do about it, the end of the message.

        Raises:
            ValueError: If T is not ``num_candidates``.
        """
        if inputs.dim() != 5 or inputs.shape[1] != self.num_candidates:
            raise ValueError(
                f'{type(self).__name__} needs inputs (B, T, C, H, W) with T '
                f'= num_candidates = {self.num_candidates}, but got '
                f'{tuple(inputs.shape)}; {hint}')

    def val_step(self, data: dict) -> Samples:
        """Predict the readable videos of a batch; see :meth:`test_step`."""
        return self.test_step(data)

    def test_step(self, data: dict) -> Samples:
        """Predict the readable videos of a batch.

        A video that could not be decoded arrives as a placeholder without
        frames (``UntrimmedVideoDataset``). It is left out of the results,
        so that no metric scores it. On a CPU a large batch is predicted in
        parts whose frames fit its caches.

        Args:
            data (dict): ``inputs`` and ``data_samples``, lists of B.

        Returns:
            list[ActionDataSample]: One a readable video. If there is none,
            an element with no losses, which MMEngine's loops take out: they
            cannot take an empty list.

        Raises:
            NonFiniteError: If a score is NaN or infinite.
        """
        data = readable(data)
        if not data['inputs']:
            return [BaseDataElement(loss={})]
        predictions = []
        for part in fitting_parts(data, self.data_preprocessor.device):
            predictions += super().test_step(part)
        refuse_non_finite_predictions(predictions)
        return predictions or [BaseDataElement(loss={})]
