"""FASTER: aggregation of clips from models of different cost."""
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import full_precision
from ..classifier import add_prefix, label_targets
from ..costs.faster_cost import measure_costs
from ..necks import AggregationState
from ..passes import ClipMapCache, last_map
from ..records import record_clips
from .base import ComponentRecognizer, Samples
from .clip_pattern import ClipPattern
from .streaming import refuse_training_mode


class ClipState(NamedTuple):
    """What is remembered of the clips of a stream.

    Attributes:
        num_seen (int): Clips so far.
        memory (tuple[Tensor, ...]): State of the aggregator.
    """
    num_seen: int
    memory: AggregationState


@MODELS.register_module()
class FASTER(ComponentRecognizer):
    """Few clips through an expensive model, the others through a cheap one.

    FASTER Sec. 3. Both give feature maps of one shape, and a recurrent
    network aggregates them, clip after clip; a prediction is there after
    every clip. All expensive clips of a batch are one forward pass, all
    cheap ones another.

    Stage ``clip_level`` trains the clip models by themselves, each through
    its own head on the clips that it gets; ``aggregation`` trains aggregator
    and head with the clip models frozen; ``end_to_end`` trains all.

    Args:
        aggregator (dict): ``FastGRU``, or one of its rivals.
        cls_head (dict, optional): MMAction2 head on the aggregated map. None:
            the scores of the clip models' own heads are aggregated, as in
            the paper's average pooling. Defaults to None.
        expensive_model (dict, optional): ``Recognizer3D`` config. None where
            no clip is expensive. Defaults to None.
        cheap_model (dict, optional): The same, None where no clip is cheap.
            Defaults to None.
        clip_pattern (int | str): ``'1:3'`` or 3: three cheap clips after
            each expensive one, which is the first; ``'1:0'``: expensive
            clips alone; ``'0:1'``: cheap clips alone. Defaults to ``'1:1'``.
        num_clips (int): N, at least 1. Defaults to 8.
        clip_len (int): L, frames of a clip. Defaults to 32.
        feature_cache (str, optional): Folder in which the maps of frozen
            clip models are kept; see :class:`ClipMapCache`. Used in training
            runs alone, their validation included. Defaults to None.
        component_checkpoints (dict, optional): See
            :class:`ComponentRecognizer`.
        data_preprocessor (dict, optional): See MMAction2.

    Raises:
        ValueError: If a number is outside its range, or the pattern needs a
            model that is not there.
    """

    COMPONENTS = ('expensive_model', 'cheap_model', 'aggregator', 'cls_head')
    STAGES = {
        'clip_level': ('expensive_model', 'cheap_model'),
        'aggregation': ('aggregator', 'cls_head'),
        'end_to_end': COMPONENTS,
    }

    def __init__(self,
                 aggregator: dict,
                 cls_head: Optional[dict] = None,
                 expensive_model: Optional[dict] = None,
                 cheap_model: Optional[dict] = None,
                 clip_pattern: Union[int, str] = '1:1',
                 num_clips: int = 8,
                 clip_len: int = 32,
                 feature_cache: Optional[str] = None,
                 component_checkpoints: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None) -> None:
        super().__init__(data_preprocessor, component_checkpoints)
        if min(num_clips, clip_len) < 1:
            raise ValueError(
                f'num_clips and clip_len must be at least 1, but got '
                f'{num_clips} and {clip_len}')
        self.expensive_model = expensive_model and MODELS.build(
            expensive_model)
        self.cheap_model = cheap_model and MODELS.build(cheap_model)
        self.aggregator = MODELS.build(aggregator)
        self.cls_head = cls_head and MODELS.build(cls_head)
        self.num_clips = num_clips
        self.clip_len = clip_len
        self.pattern = ClipPattern.parse(clip_pattern)
        #: Component -> ascending positions of the clips that it sees.
        self.positions: Dict[str, List[int]] = dict(
            expensive_model=self.pattern.expensive(num_clips),
            cheap_model=self.pattern.cheap(num_clips))
        for name, positions in self.positions.items():
            if positions and getattr(self, name) is None:
                raise ValueError(
                    f'clip_pattern={clip_pattern!r} with num_clips='
                    f'{num_clips} needs a {name}; give its config')
        self.feature_cache = feature_cache and ClipMapCache(feature_cache)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        head = self.cls_head or (self.expensive_model
                                 or self.cheap_model).cls_head
        return head.num_classes

    def clip_maps(self, name: str, clips: Tensor) -> Tensor:
        """What one clip model finds in clips, in one forward pass.

        Args:
            name (str): ``'expensive_model'`` or ``'cheap_model'``.
            clips (Tensor): Normalised, float ``(B, n, 3, L, H, W)``.

        Returns:
            Tensor: Feature maps x_t, float ``(B, n, C, l, h, w)``; without
            ``cls_head`` class probabilities ``(B, n, num_classes, 1, 1, 1)``.
        """
        model, flat = getattr(self, name), clips.flatten(0, 1)
        frozen = name in self._frozen
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            if frozen and self.feature_cache is not None:
                maps = self.feature_cache.features(model.backbone, flat)
            else:
                maps = last_map(model.backbone(flat))  # (B * n, C, l, h, w)
            if self.cls_head is None:
                probs = full_precision(model.cls_head(maps)).softmax(dim=-1)
                maps = probs[..., None, None, None]
        return maps.unflatten(0, clips.shape[:2])

    def clip_features(self, inputs: Tensor) -> Tensor:
        """What each clip's model finds in it.

        Args:
            inputs (Tensor): Normalised clips, float ``(B, N, 3, L, H, W)``.

        Returns:
            Tensor: See :meth:`clip_maps`, in the order of the clips,
            ``(B, N, C, l, h, w)``.

        Raises:
            ValueError: If the maps of the two models differ in shape.
        """
        places = {k: v for k, v in self.positions.items() if v}
        parts = [self.clip_maps(k, inputs[:, v]) for k, v in places.items()]
        shapes = [tuple(map(int, part.shape[2:])) for part in parts]
        if len(set(shapes)) > 1:
            raise ValueError(
                f'expensive_model gives maps (C, l, h, w) of {shapes[0]} and '
                f'cheap_model of {shapes[1]}; choose backbones whose maps '
                f'have one shape')
        order = sum(places.values(), [])  # position of each part's clips
        inverse = sorted(range(len(order)), key=order.__getitem__)
        return torch.cat(parts, dim=1)[:, inverse]

    def loss_clip_level(self, inputs: Tensor,
                        data_samples: Samples) -> Dict[str, Tensor]:
        """Stage I: each clip model by itself, its clips one by one."""
        self._check(inputs, data_samples)
        losses = {}
        for name, positions in self.positions.items():
            if positions:
                model = getattr(self, name)
                maps = last_map(model.backbone(
                    inputs[:, positions].flatten(0, 1)))
                samples = [s for s in data_samples for _ in positions]
                losses.update(add_prefix(
                    model.cls_head.loss(maps, samples), name))
        return losses

    def loss_aggregation(self, inputs: Tensor,
                         data_samples: Samples) -> Dict[str, Tensor]:
        """Stage II: cross-entropy after the last clip, clip models frozen.

        Raises:
            ValueError: If there is no ``cls_head`` to train.
        """
        self._check(inputs, data_samples)
        if self.cls_head is None:
            raise ValueError(
                f"FASTER without cls_head aggregates the clip models' scores "
                f'and has nothing to train in stage {self.stage!r}; take '
                f"stage 'clip_level', or give a cls_head")
        output = self.aggregator(self.clip_features(inputs))
        return add_prefix(
            self.cls_head.loss(output, data_samples), 'cls_head')

    def loss_end_to_end(self, inputs: Tensor,
                        data_samples: Samples) -> Dict[str, Tensor]:
        """All components at once, the loss of :meth:`loss_aggregation`."""
        return self.loss_aggregation(inputs, data_samples)

    def _read(self, output: Tensor) -> Tensor:
        """Class probabilities ``(B, num_classes)`` of an output."""
        if self.cls_head is None:
            return output.flatten(1)
        return full_precision(self.cls_head(output)).softmax(dim=-1)

    def step_scores(self, inputs: Tensor) -> Tensor:
        """Class probabilities after every clip, ``(B, N, num_classes)``."""
        self._check(inputs)
        outputs = self.aggregator.outputs(self.clip_features(inputs))
        return torch.stack([self._read(o) for o in outputs], dim=1)

    def scores(self, inputs: Tensor) -> Tensor:
        """Class probabilities, float32 ``(B, num_classes)``."""
        return self.step_scores(inputs)[:, -1]

    @torch.no_grad()
    def stream(self, clip: Tensor, state: Optional[ClipState] = None
               ) -> Tuple[Tensor, ClipState]:
        """Predict online: one more clip of each video, one clip's cost.

        Args:
            clip (Tensor): Normalised, float ``(B, 3, L, H, W)``.
            state (ClipState, optional): What the call for the clip before
                gave. Defaults to None, the first clip.

        Returns:
            tuple[Tensor, ClipState]: Class probabilities from the clips so
            far, float ``(B, num_classes)``, and the state for the next.

        Raises:
            ValueError: If the model is in training mode.
        """
        refuse_training_mode(self)
        num_seen = state.num_seen if state else 0
        name = ('expensive_model' if self.pattern.is_expensive(num_seen) else
                'cheap_model')
        features = self.clip_maps(name, clip[:, None])[:, 0]
        memory = self.aggregator.step(features, state and state.memory)
        return self._read(memory[0]), ClipState(num_seen + 1, memory)

    def predict(self, inputs: Tensor, data_samples: Samples) -> Samples:
        """Classify each video after every one of its clips.

        Args:
            inputs (Tensor): Normalised clips, float ``(B, N, 3, L, H, W)``.
            data_samples (list[ActionDataSample]): B samples, filled in
                place.

        Returns:
            list[ActionDataSample]: The samples with ``pred_score``
            ``(num_classes, )``, ``pred_label``, ``step_scores``
            ``(N, num_classes)`` after each clip, ``selection`` (the
            expensive clips) and ``cost``.
        """
        steps = self.step_scores(inputs)
        return record_clips(
            data_samples, steps, self.positions['expensive_model'],
            self.component_costs(*inputs.shape[-2:]))

    def measure_costs(self, height: int,
                      width: int) -> Dict[str, ComponentCost]:
        """Trace multiply-adds; see :class:`ComponentRecognizer`."""
        return measure_costs(self, height, width)

    def _check(self, inputs: Tensor,
               data_samples: Optional[Samples] = None) -> None:
        """Raise a ValueError for a wrong shape or label."""
        shape = tuple(inputs.shape)
        if len(shape) != 6 or (shape[1], shape[3]) != (self.num_clips,
                                                       self.clip_len):
            raise ValueError(
                f'FASTER needs inputs (B, N, C, L, H, W) with N = num_clips '
                f'= {self.num_clips} and L = clip_len = {self.clip_len}, but '
                f'got {shape}; set num_clips and clip_len of SampleFrames to '
                f'the same numbers')
        if data_samples is not None:
            # On a GPU, cross-entropy fails unclearly.
            label_targets(data_samples, self.num_classes, inputs.device)
