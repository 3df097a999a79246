"""SCSampler: sampling salient clips from video."""
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

import torch
from mmaction.registry import MODELS
from torch import Tensor

from mmaction_sampler.analysis import ComponentCost
from mmaction_sampler.structures import (ClipBatch, ClipStream,
                                         ClipStreamError, Selection)
from ..classifier import classify, label_targets
from ..costs.scsampler_cost import CostMeter, reference_costs
from ..losses import ClipSaliency, ClipTruth
from ..policies import ClipChoice, ClipEvidence
from ..records import set_prediction
from .base import ComponentRecognizer, Samples
from .clip_saliency_net import keep_clips

#: What a policy may ask for -> the component that tells it.
_NETS = dict(visual='visual_saliency_net', audio='audio_saliency_net')


class _Prediction(NamedTuple):
    """Of one video: mean class probabilities, the choice, and the cost."""
    scores: Tensor
    choice: ClipChoice
    cost: Dict[str, float]
    size: Tuple[int, int]


@MODELS.register_module()
class SCSampler(ComponentRecognizer):
    """A heavy classifier on the K most salient clips of a long video.

    SCSampler Sec. 3. Light networks score all clips by what the codec has
    computed already and by sound; a policy makes K clips of the scores; the
    classifier sees those alone, and its probabilities are averaged. The
    classifier is trained beforehand and never changed.

    Testing takes streams (``PackClipStream``), so that a video may be of
    any length; training takes features of some clips of each video
    (``PackClipFeatures``); the classifier is not run, and no clip is
    packed.

    Components: ``visual_saliency_net``, ``audio_saliency_net``,
    ``classifier``. Stage ``sampler`` trains both nets, each with its own
    loss; stage ``joint`` trains them by the average of their saliencies
    (AV-joint-training).

    Args:
        policy (dict): Which clips: ``VisualClips``, ``AudioClips``,
            ``AVConvexScore``, ``AVConvexList``, ``AVIntersectList``,
            ``AVUnionList``, or a baseline that looks at nothing.
        classifier (dict): Any ``Recognizer2D`` or ``Recognizer3D`` config.
        reference_video (dict): What :meth:`component_costs` reckons with,
            where there is no video to look at: ``num_clips`` (L),
            ``clip_len`` (F) and ``features``, name -> (pictures in a clip,
            a mean, C, H, W). Testing counts what each video really takes.
        visual_saliency_net (dict, optional): ``ClipSaliencyNet``. Defaults
            to None.
        audio_saliency_net (dict, optional): ``ClipSaliencyNet``. Defaults
            to None.
        num_selected (int): K, at least 1; a video of fewer clips has all of
            them classified. Defaults to 10.
        joint_loss (dict): Loss of stage ``joint``. Defaults to SAL-RANK.
        component_checkpoints (dict, optional): See
            :class:`ComponentRecognizer`.
        data_preprocessor (dict): ``ClipDataPreprocessor``.

    Raises:
        ValueError: If K is below 1, or the policy asks for a net that is
            not there.
    """

    COMPONENTS = ('visual_saliency_net', 'audio_saliency_net', 'classifier')
    STAGES = {
        'sampler': ('visual_saliency_net', 'audio_saliency_net'),
        'joint': ('visual_saliency_net', 'audio_saliency_net'),
    }

    def __init__(self,
                 policy: dict,
                 classifier: dict,
                 reference_video: dict,
                 visual_saliency_net: Optional[dict] = None,
                 audio_saliency_net: Optional[dict] = None,
                 num_selected: int = 10,
                 joint_loss: dict = dict(type='SaliencyRankingLoss'),
                 component_checkpoints: Optional[dict] = None,
                 data_preprocessor: Optional[dict] = None) -> None:
        super().__init__(data_preprocessor, component_checkpoints)
        if not isinstance(num_selected, int):
            raise ValueError(f'num_selected must be a whole number, but got '
                             f'{num_selected!r}')
        if num_selected < 1:
            raise ValueError(
                f'num_selected must be at least 1, but got {num_selected}')
        self.visual_saliency_net = visual_saliency_net and MODELS.build(
            visual_saliency_net)
        self.audio_saliency_net = audio_saliency_net and MODELS.build(
            audio_saliency_net)
        self.classifier = MODELS.build(classifier)
        self.policy = MODELS.build(policy)
        self.joint_loss = MODELS.build(joint_loss)
        self.num_selected = num_selected
        self.reference_video = reference_video
        for need, name in self.needed_nets.items():
            if getattr(self, name) is None:
                raise ValueError(
                    f'policy {policy["type"]} goes by the {need} saliency, '
                    f'but the model has no {name}; give one or '
                    f'another policy')
        self._meter = CostMeter()

    @property
    def num_classes(self) -> int:
        """Number of classes of the classifier."""
        return self.classifier.cls_head.num_classes

    @property
    def needed_nets(self) -> Dict[str, str]:
        """What the policy asks for -> the component that tells it."""
        return {need: _NETS[need] for need in self.policy.NEEDS
                if need in _NETS}

    def loss_sampler(self, inputs: ClipBatch,
                     data_samples: Samples) -> Dict[str, Tensor]:
        """Each saliency net with its own loss (SCSampler Sec. 3.2).

        Args:
            inputs (ClipBatch): Normalised features of some clips of each of
                B videos.
            data_samples (list[ActionDataSample]): B samples with
                ``gt_label``, and ``clip_confidence`` and
                ``clip_top_share`` (what the oracle says of their clips)
                where a loss learns from the classifier.
        """
        truth = self._truth(inputs, data_samples)
        losses = {}
        if self.visual_saliency_net is not None:
            losses['loss_visual'] = self.visual_saliency_net.loss(
                inputs, truth)
        if self.audio_saliency_net is not None:
            losses['loss_audio'] = self.audio_saliency_net.loss(inputs, truth)
        return losses

    def loss_joint(self, inputs: ClipBatch,
                   data_samples: Samples) -> Dict[str, Tensor]:
        """AV-joint-training: the loss of the average saliency.

        SCSampler Sec. 3.3.3. Clips that one of the nets knows nothing of
        are left out.

        Args:
            inputs (ClipBatch): See :meth:`loss_sampler`.
            data_samples (list[ActionDataSample]): See :meth:`loss_sampler`.

        Raises:
            ValueError: If the model has one net alone.
        """
        if self.visual_saliency_net is None or self.audio_saliency_net is None:
            raise ValueError(
                'training stage joint needs visual_saliency_net and '
                'audio_saliency_net; leave the stage out or give both')
        visual = self.visual_saliency_net(inputs)
        audio = self.audio_saliency_net(inputs)
        mean = ClipSaliency((visual.scores + audio.scores) / 2)
        truth = self._truth(inputs, data_samples)
        kept = keep_clips(mean, truth, visual.is_known & audio.is_known)
        return dict(loss_joint=self.joint_loss(*kept))

    def _truth(self, inputs: ClipBatch, data_samples: Samples) -> ClipTruth:
        """Labels of the videos, and what the oracle says of the clips."""
        targets = label_targets(data_samples, self.num_classes,
                                inputs.videos.device)
        return ClipTruth(targets, inputs.videos,
                         _of_clips('clip_confidence', inputs, data_samples),
                         _of_clips('clip_top_share', inputs, data_samples))

    def scores(self, inputs: Sequence[ClipStream]) -> Tensor:
        """Class probabilities, float32 ``(B, num_classes)``.

        Raises:
            ValueError: If the policy needs oracle scores.
        """
        return torch.stack([self._predict(s, None).scores for s in inputs])

    def predict(self, inputs: Sequence[ClipStream],
                data_samples: Samples) -> Samples:
        """Classify each video from its most salient clips.

        Args:
            inputs (Sequence[ClipStream]): B videos.
            data_samples (list[ActionDataSample]): B samples, filled in
                place.

        Returns:
            list[ActionDataSample]: The samples with ``pred_score``
            ``(num_classes, )``, ``pred_label``, ``selection`` and ``cost``;
            ``input_shape`` says how large the classified frames were,
            ``motion_source`` and ``has_audio`` how the file was read. A
            video that turns out to be broken is left out, and its sample
            says why (``broken_videos``).

        Raises:
            ValueError: If the policy needs oracle scores and a sample has
                none.
        """
        predicted = []
        for stream, sample in zip(inputs, data_samples):
            try:
                scores, choice, cost, size = self._predict(
                    stream, sample.get('clip_confidence'))
            except ClipStreamError as error:
                sample.set_metainfo(dict(
                    broken_videos=[(sample.get('filename'), str(error))]))
                continue
            set_prediction(sample, scores)
            sample.selection = Selection.create(
                choice.inds, stream.num_clips, unit='clip',
                scores=choice.scores)
            sample.cost = cost
            sample.set_metainfo(dict(stream.facts, input_shape=size))
            predicted.append(sample)
        return predicted

    def _predict(self, stream: ClipStream,
                 confidence: Optional[Tensor]) -> _Prediction:
        """Select, decode what was selected, classify it."""
        cost: Dict[str, float] = {}
        evidence = self._evidence(stream, confidence, cost)
        choice = self.policy(
            evidence, min(self.num_selected, stream.num_clips))
        probs, size = [], (0, 0)
        for part in stream.load(choice.inds.tolist()):
            clips = self.data_preprocessor.normalize_clips(part)
            probs.append(classify(self.classifier, clips))
            self._meter.add_clips(self, cost, clips)
            size = tuple(clips.shape[-2:])
        scores = torch.cat(probs).mean(dim=0)  # (num_classes, )
        return _Prediction(scores, choice, cost, size)

    def _evidence(self, stream: ClipStream, confidence: Optional[Tensor],
                  cost: Dict[str, float]) -> ClipEvidence:
        """Saliency of all clips, as far as the policy asks for it."""
        needs = self.policy.NEEDS
        if 'confidence' in needs and confidence is None:
            raise ValueError(
                f'{type(self.policy).__name__} goes by oracle scores of the '
                f'tested videos; add LoadClipScores to the test pipeline')
        nets = {need: getattr(self, name)
                for need, name in self.needed_nets.items()}
        names = [n for net in nets.values() for n in net.feature_names]
        found: Dict[str, List[Tensor]] = {need: [] for need in nets}
        for part in stream.features(names) if names else ():
            batch = self.data_preprocessor.normalize_features(part)
            for need, net in nets.items():
                with self.selecting(batch.videos):
                    found[need].append(net(batch).scores.cpu())
                self._meter.add_pictures(
                    self, cost, self.needed_nets[need], batch)
        saliencies = {need: torch.cat(parts) for need, parts in found.items()}
        return ClipEvidence(stream.num_clips, confidence=confidence,
                            **saliencies)

    def component_costs(self, height: int,
                        width: int) -> Dict[str, ComponentCost]:
        """Multiply-adds of the reference video, by component; the unit is a
        clip. ``height`` and ``width`` are those of the classified frames.
        """
        return reference_costs(self, self._meter, height, width)


def _of_clips(name: str, inputs: ClipBatch,
              data_samples: Samples) -> Optional[Tensor]:
    """A field of the clips, float ``(L, )``, if all samples have it."""
    if not all(name in sample for sample in data_samples):
        return None
    scores = torch.cat([sample.get(name) for sample in data_samples])
    if len(scores) != len(inputs.videos):
        raise ValueError(
            f'the batch has {len(inputs.videos)} clips, but {name} of '
            f'{len(scores)}; put LoadClipScores behind SampleVideoClips')
    return scores.to(inputs.videos.device)
