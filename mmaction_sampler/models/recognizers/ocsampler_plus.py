"""OCSampler+: as many frames as each video needs."""
from typing import Dict, Optional, Sequence, Tuple, Union

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.ops import full_precision
from ..classifier import (ClipScorer, classify_selected, confidence,
                          correctness_ratios, label_targets)
from ..losses import Draws, draw_clips, policy_losses
from .base import Samples
from .ocsampler import OCSampler


@MODELS.register_module(name=['OCSamplerPlus', 'OCSampler+'])
class OCSamplerPlus(OCSampler):
    """OCSampler with a frame number budget for each video.

    OCSampler Sec. 3.3. A budget module reads from the skim features how many
    frames a video needs, 1 to M; the classifier sees only those. Stage
    ``budget`` comes between the two of :class:`OCSampler` and trains skim
    network and budget module on labels that the frozen classifier gives.
    Stage ``policy`` draws for each video as many frames as its budget says,
    and goes on teaching the budget, because the skim network still changes.

    Components: those of :class:`OCSampler` and ``budget`` (f_B).

    Args:
        policy (dict): See :class:`OCSampler`.
        classifier (dict): See :class:`OCSampler`.
        skim_network (dict): See :class:`OCSampler`.
        budget (dict): Budget module. Defaults to ``BudgetModule``.
        budget_loss (dict): Its loss. Defaults to ``BudgetLoss``.
        num_budgets (int): M, in ``[1, T]``. Defaults to 6.
        num_combinations (int): Combinations of m frames that are tried for
            a budget's label; see :func:`correctness_ratios`. Defaults to 16.
        skim_head (dict, optional): See :class:`OCSampler`.
        num_candidates (int): T.
        skim_size (int): See :class:`OCSampler`.
        skim_interpolation (str): See :class:`OCSampler`.
        num_warmup_selected (int, optional): See :class:`OCSampler`.
            Defaults to None, M.
        reward (dict): See :class:`OCSampler`.
        num_draws (int): See :class:`OCSampler`.
        center_reward (bool): See :class:`OCSampler`.
        entropy_coef (float | Sequence[float]): See :class:`OCSampler`.
        channels_last (bool): See :class:`OCSampler`.
        fold_norm (bool): See :class:`OCSampler`.
        component_checkpoints (dict, optional): See :class:`OCSampler`.
        data_preprocessor (dict, optional): See MMAction2.

    Raises:
        ValueError: If a number is outside its range.
    """

    COMPONENTS = ('skim_network', 'skim_head', 'budget', 'policy',
                  'classifier')
    STAGES = {
        'warmup': ('skim_network', 'skim_head', 'classifier'),
        'budget': ('skim_network', 'budget'),
        'policy': ('skim_network', 'budget', 'policy'),
    }

    def __init__(self,
                 policy: dict,
                 classifier: dict,
                 skim_network: dict,
                 budget: dict = dict(type='BudgetModule'),
                 budget_loss: dict = dict(type='BudgetLoss'),
                 num_budgets: int = 6,
                 num_combinations: int = 16,
                 skim_head: Optional[dict] = None,
                 num_candidates: int = 10,
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
        if not 1 <= num_budgets <= num_candidates:
            raise ValueError(
                f'num_budgets must be between 1 and num_candidates '
                f'({num_candidates}), but got {num_budgets}')
        if num_combinations < 1:
            raise ValueError(f'num_combinations must be at least 1, but got '
                             f'{num_combinations}')
        super().__init__(
            policy, classifier, skim_network, skim_head,
            num_candidates=num_candidates, num_selected=num_budgets,
            skim_size=skim_size, skim_interpolation=skim_interpolation,
            num_warmup_selected=num_warmup_selected, reward=reward,
            num_draws=num_draws, center_reward=center_reward,
            entropy_coef=entropy_coef, channels_last=channels_last,
            fold_norm=fold_norm, component_checkpoints=component_checkpoints,
            data_preprocessor=data_preprocessor)
        self.budget = MODELS.build(dict(budget, num_budgets=num_budgets))
        self.budget_loss = MODELS.build(
            dict(budget_loss, num_budgets=num_budgets))
        self.num_budgets = num_budgets
        self.num_combinations = num_combinations

    def loss_budget(self, inputs: Tensor,
                    data_samples: Samples) -> Dict[str, Tensor]:
        """Stage ``budget``: how many frames the classifier needs."""
        self._check_inputs(inputs)
        targets = label_targets(data_samples, self.num_classes, inputs.device)
        scorer = self.clip_scorer(inputs)
        logits = self.budget(self.skim_features(inputs))  # (B, M)
        return self._budget_losses(logits, scorer, targets)

    def _budget_losses(self, logits: Tensor, scorer: ClipScorer,
                       targets: Tensor) -> Dict[str, Tensor]:
        ratios = correctness_ratios(
            scorer, targets, self.num_candidates, self.num_budgets,
            self.num_combinations)  # (B, M)
        return dict(
            loss_budget=self.budget_loss(logits, ratios),
            num_selected=predicted_budget(logits).float().mean())

    def loss_policy(self, inputs: Tensor,
                    data_samples: Samples) -> Dict[str, Tensor]:
        """Stage ``policy``: Eq. 6 with each video's own number of frames."""
        self._check_inputs(inputs)
        targets = label_targets(data_samples, self.num_classes, inputs.device)
        features = self.skim_features(inputs)
        logits, budget_logits = self.policy(features), self.budget(features)
        scorer = self.clip_scorer(inputs)
        budgets = predicted_budget(budget_logits)
        draws = []
        for num_selected in budgets.unique().tolist():
            videos = (budgets == num_selected).nonzero().flatten()
            draws.append(draw_clips(
                logits[videos], num_selected, self.num_draws, self.reward,
                lambda inds: confidence(
                    scorer(inds, videos), targets[videos])))
        draws = Draws(*(torch.cat(parts, dim=-1) for parts in zip(*draws)))
        return {
            **policy_losses(logits, draws, self.center_reward,
                            self.current_entropy_coef),
            **self._budget_losses(budget_logits, scorer, targets)
        }

    def _select_and_classify(
            self, inputs: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        """See :meth:`OCSampler._select_and_classify`."""
        self._check_inputs(inputs)
        with self.selecting(inputs):
            features = self.skim_features(inputs)
            logits = self.policy(features)
            budgets = predicted_budget(self.budget(features))
        ranks = logits.argsort(
            dim=1, descending=True, stable=True).argsort(dim=1)
        selected = ranks < budgets[:, None]  # (B, T)
        return (classify_selected(
            self.network('classifier'), inputs, selected),
                selected, full_precision(logits).softmax(dim=-1))

    def component_costs(self, height: int,
                        width: int) -> Dict[str, ComponentCost]:
        """Multiply-adds of a video if every budget were equally common.

        See :meth:`expected_costs`.
        """
        shares = dict.fromkeys(range(1, self.num_budgets + 1), 1.)
        return self.expected_costs(height, width, shares)

    def expected_costs(self, height: int, width: int,
                       shares: Dict[int, float]) -> Dict[str, ComponentCost]:
        """Mean multiply-adds over videos of different budgets.

        Args:
            height (int): H of the input frames, pixels.
            width (int): W of the input frames, pixels.
            shares (dict[int, float]): Frames N of a video, in ``[1, M]`` ->
                share of such videos, at least 0, in any unit.

        Returns:
            dict[str, ComponentCost]: Cost by component. The classifier's
            unit is a frame; of a 3D classifier, that part of the clip of M
            frames.

        Raises:
            ValueError: If a number of frames is no budget, or the shares do
                not have a positive sum.
        """
        for num_selected, share in shares.items():
            if not 1 <= num_selected <= self.num_budgets or share < 0:
                raise ValueError(
                    f'shares must map frames from 1 to num_budgets '
                    f'({self.num_budgets}) to numbers of at least 0, but got '
                    f'{num_selected}: {share}')
        total = sum(shares.values())
        if not total:
            raise ValueError('shares must have a positive sum')
        macs = sum(
            self.costs(height, width, num_selected)['classifier'].macs * share
            for num_selected, share in shares.items()) / total
        costs = self.costs(height, width, self.num_budgets)
        unit = costs['classifier'].macs / self.num_budgets
        return dict(costs, classifier=ComponentCost(unit, macs / unit))


def predicted_budget(logits: Tensor) -> Tensor:
    """The most probable number of frames (OCSampler Sec. 3.3, inference).

    Args:
        logits (Tensor): Of the budgets, float ``(B, M)``.

    Returns:
        Tensor: Long ``(B, )``, in ``[1, M]``.
    """
    return logits.argmax(dim=-1) + 1
