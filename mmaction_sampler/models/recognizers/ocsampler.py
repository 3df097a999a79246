"""OCSampler: compressing videos to one clip with single-step sampling."""
from functools import partial
from typing import Dict, Optional, Sequence, Tuple, Union

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import (full_precision, linear_schedule,
                                  random_inds, resize, top_inds)
from ..classifier import (ClipScorer, add_prefix, classifier_input,
                          classify_selected, confidence, keep_full_precision,
                          label_targets, take_frames)
from ..costs.ocsampler_cost import measure_costs
from ..losses import draw_clips, policy_losses
from ..passes import feature_map, use_channels_last
from ..records import record_frames
from .base import ComponentRecognizer, Samples


@MODELS.register_module()
class OCSampler(ComponentRecognizer):
    """One-step selection of the N frames that make the best clip.

    OCSampler Sec. 3.1-3.2. The skim network looks at all T candidates at low
    resolution, the policy gives each a probability, the classifier sees only
    the N chosen ones. Stage ``warmup`` trains skim network and classifier
    from random frames (Eq. 4-5), stage ``policy`` trains skim network and
    policy by policy gradient (Eq. 6) with the classifier frozen.

    Components: ``skim_network`` (f_S), ``skim_head`` (only in the warm-up),
    ``policy`` (f_L), ``classifier`` (f_C).

    Args:
        policy (dict): Frame policy: ``FramePolicy``, or a fixed one as a
            baseline.
        classifier (dict): Any ``Recognizer2D`` or ``Recognizer3D`` config.
        skim_network (dict, optional): Backbone on frames ``(B * T, C, h, w)``
            that gives one feature map ``(B * T, C', h', w')``. None for
            fixed policies, which look at nothing. Defaults to None.
        skim_head (dict, optional): MMAction2 head on the skim features, for
            Eq. 4. None skips the skim network's warm-up. Defaults to None.
        num_candidates (int): T, at least 1.
        num_selected (int): N, in ``[1, T]``.
        skim_size (int): Side of the skim network's input, pixels; at most
            the candidates' own size. Defaults to 128.
        skim_interpolation (str): ``'bilinear'`` or ``'nearest'``. Defaults
            to ``'bilinear'``.
        num_warmup_selected (int, optional): Frames for the classifier in
            the warm-up. Defaults to None, N.
        reward (dict): Reward of a clip. Defaults to Eq. 9.
        num_draws (int): Clips drawn from the policy for each video of a
            batch, S. More of them make the gradient less noisy for forward
            passes of the classifier alone. Defaults to 1, the paper's.
        center_reward (bool): Before the policy gradient subtract from each
            reward the mean of the video's other draws, or of the batch's
            other videos where there is one draw, for less variance. Defaults
            to False.
        entropy_coef (float | Sequence[float]): Weight of the exploration
            bonus, entropy of the candidates' distribution in nats; a pair is
            (start, end), linear over the stage. Defaults to 0.
        channels_last (bool): Keep the weights of 2D convolutions in
            channels-last layout; on a CPU their passes then take about two
            thirds of the time, with the same results to rounding. Defaults
            to True.
        fold_norm (bool): See :class:`ComponentRecognizer`. Defaults to
            True.
        component_checkpoints (dict, optional): See
            :class:`ComponentRecognizer`.
        data_preprocessor (dict, optional): See MMAction2.

    Raises:
        ValueError: If a number is outside its range.
    """

    COMPONENTS = ('skim_network', 'skim_head', 'policy', 'classifier')
    STAGES = {
        'warmup': ('skim_network', 'skim_head', 'classifier'),
        'policy': ('skim_network', 'policy'),
    }

    def __init__(self,
                 policy: dict,
                 classifier: dict,
                 skim_network: Optional[dict] = None,
                 skim_head: Optional[dict] = None,
                 num_candidates: int = 10,
                 num_selected: int = 6,
                 skim_size: int = 128,
                 skim_interpolation: str = 'bilinear',
                 num_warmup_selected: Optional[int] = None,
                 reward: dict = dict(type='ClipReward'),
                 num_draws: int = 1,
                 center_reward: bool = False,
                 entropy_coef: Union[float, Sequence[float]] = 0.,
                 channels_last: bool = True,
                 fold_norm: bool = True,
                 component_checkpoints: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None) -> None:
        super().__init__(data_preprocessor, component_checkpoints, fold_norm)
        warmup = (num_selected if num_warmup_selected is None else
                  num_warmup_selected)
        if num_draws < 1:
            raise ValueError(
                f'num_draws must be at least 1, but got {num_draws}')
        for name, value in (('num_selected', num_selected),
                            ('num_warmup_selected', warmup)):
            if not isinstance(value, int):
                raise ValueError(
                    f'{name} must be a whole number, but got {value!r}')
            if not 1 <= value <= num_candidates:
                raise ValueError(
                    f'{name} must be between 1 and num_candidates '
                    f'({num_candidates}), but got {value}')
        if skim_network and 'num_segments' in skim_network:
            # The temporal shift has to know T, also where a sweep changes it.
            skim_network = dict(skim_network, num_segments=num_candidates)
        if 'num_selected' in policy:  # of UniformPolicy, in a sweep of N
            policy = dict(policy, num_selected=num_selected)
        self.skim_network = skim_network and MODELS.build(skim_network)
        self.skim_head = skim_head and MODELS.build(skim_head)
        self.policy = MODELS.build(policy)
        self.classifier = MODELS.build(classifier)
        self.reward = MODELS.build(reward)
        self.num_candidates = num_candidates
        self.num_selected = num_selected
        self.num_warmup_selected = warmup
        self.skim_size = skim_size
        self.skim_interpolation = skim_interpolation
        self.num_draws = num_draws
        self.center_reward = center_reward
        self.entropy_coef = entropy_coef
        for head in (self.skim_head, self.classifier.cls_head):
            if head is not None:
                keep_full_precision(head)
        if channels_last:
            use_channels_last(self)

    @property
    def num_classes(self) -> int:
        """Number of classes of the classifier."""
        return self.classifier.cls_head.num_classes

    def skim(self, candidates: Tensor) -> Tensor:
        """Look at all candidates at low resolution, OCSampler Eq. (1).

        Args:
            candidates (Tensor): Float ``(B, T, C, H, W)``.

        Returns:
            Tensor: Feature maps, float ``(B * T, C', h', w')``.
        """
        frames = resize(candidates.flatten(0, 1), self.skim_size,
                        self.skim_interpolation)  # (B * T, C, h, w)
        return feature_map(self.network('skim_network'), frames)

    def skim_features(self, candidates: Tensor) -> Tensor:
        """Features z^S of all candidates, float ``(B, T, C')``.

        Without a skim network C' is 0: fixed policies look at nothing.
        """
        if self.skim_network is None:
            return candidates.new_empty(*candidates.shape[:2], 0)
        features = self.skim(candidates).mean(dim=(-2, -1))  # (B * T, C')
        return features.unflatten(0, candidates.shape[:2])

    def policy_logits(self, candidates: Tensor) -> Tensor:
        """Logits of the frame policy, ``(B, T)``."""
        return self.policy(self.skim_features(candidates))

    def clip_scorer(self, candidates: Tensor) -> ClipScorer:
        """The frozen classifier on clips of ``(B, T, C, H, W)``."""
        with torch.no_grad():
            return ClipScorer(self.network('classifier'), candidates)

    def loss_warmup(self, inputs: Tensor,
                    data_samples: Samples) -> Dict[str, Tensor]:
        """Stage I: recognition of skim network and classifier, each alone.

        OCSampler Eq. (4) from all T candidates, if there is a skim head, and
        OCSampler Eq. (5) from random ones at full resolution.
        """
        self._check_inputs(inputs)
        # For its check of the labels: on a GPU, cross-entropy fails unclearly.
        label_targets(data_samples, self.num_classes, inputs.device)
        losses = {}
        if self.skim_head is not None:
            losses = add_prefix(self.skim_head.loss(
                self.skim(inputs), data_samples,
                num_segs=self.num_candidates), 'skim')
        inds = random_inds(
            len(inputs), self.num_candidates, self.num_warmup_selected,
            inputs.device)
        clips = take_frames(inputs, inds)  # (B, N, C, H, W)
        classifier_losses = self.classifier.loss(
            classifier_input(self.classifier, clips), data_samples)
        return {**losses, **add_prefix(classifier_losses, 'classifier')}

    def loss_policy(self, inputs: Tensor,
                    data_samples: Samples) -> Dict[str, Tensor]:
        """Stage II: policy gradient on the reward, OCSampler Eq. (6)."""
        self._check_inputs(inputs)
        targets = label_targets(data_samples, self.num_classes, inputs.device)
        logits = self.policy_logits(inputs)  # (B, T)
        scorer = self.clip_scorer(inputs)
        draws = draw_clips(
            logits, self.num_selected, self.num_draws, self.reward,
            lambda inds: confidence(scorer(inds), targets))
        return policy_losses(logits, draws, self.center_reward,
                             self.current_entropy_coef)

    def scores(self, inputs: Tensor) -> Tensor:
        """Class probabilities, float32 ``(B, num_classes)``."""
        return self._select_and_classify(inputs)[0]

    def _select_and_classify(
            self, inputs: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """Scores ``(B, K)``; of the candidates ``(B, T)`` which are selected
        and their probabilities.
        """
        self._check_inputs(inputs)
        with self.selecting(inputs):
            logits = self.policy_logits(inputs)
        inds = top_inds(logits, self.num_selected)
        selected = torch.zeros_like(logits, dtype=torch.bool)
        selected.scatter_(1, inds, 1)
        return (classify_selected(
            self.network('classifier'), inputs, selected), selected,
                full_precision(logits).softmax(dim=-1))

    def predict(self, inputs: Tensor, data_samples: Samples) -> Samples:
        """Classify each video from its most probable candidates.

        Args:
            inputs (Tensor): Normalised candidates, float
                ``(B, T, C, H, W)``.
            data_samples (list[ActionDataSample]): B samples, filled in
                place.

        Returns:
            list[ActionDataSample]: The samples with ``pred_score``
            ``(num_classes, )``, ``pred_label``, ``selection`` and ``cost``.

        Raises:
            ValueError: If T is not ``num_candidates``.
        """
        scores, selected, probs = self._select_and_classify(inputs)
        return record_frames(data_samples, scores, selected, probs,
                             partial(self.costs, *inputs.shape[-2:]))

    def component_costs(self, height: int,
                        width: int) -> Dict[str, ComponentCost]:
        """Multiply-adds per video; see :class:`ComponentRecognizer`.

        The classifier's unit is a frame if it is 2D, else the clip.
        """
        return self.costs(height, width, self.num_selected)

    def costs(self, height: int, width: int,
              num_selected: int) -> Dict[str, ComponentCost]:
        """:meth:`component_costs` of a video with N selected frames."""
        key = (height, width, num_selected)
        if key not in self._costs:
            self._costs[key] = measure_costs(self, *key)
        return self._costs[key]

    @property
    def current_entropy_coef(self) -> float:
        """Weight of the exploration bonus at this point of the stage."""
        return linear_schedule(self.entropy_coef, self.stage_progress)

    def _check_inputs(self, inputs: Tensor) -> None:
        self.check_num_candidates(
            inputs, 'set num_candidates of SampleCandidateFrames to the same '
            'number')
