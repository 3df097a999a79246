"""Cheap features of clips, normalised and put into one batch."""
from typing import Dict, List, Sequence, Union

import torch
from mmaction.registry import MODELS
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from mmaction_sampler.structures import ClipBatch, ClipFrames, ClipStream


@MODELS.register_module()
class ClipDataPreprocessor(BaseDataPreprocessor):
    """Batches for :class:`SCSampler`.

    In training, packed features of B videos (``PackClipFeatures``) become
    one normalised :class:`ClipBatch`. In testing, the inputs are streams
    (:class:`ClipStream`), which pass as they are: the recognizer normalises
    what it takes out of them.

    Args:
        features (dict[str, dict]): Name of a feature -> ``dict(mean, std)``,
            a number or a list by channel, in the feature's own units
            (pixels of displacement, grey levels, log power).
        clips (dict): ``mean`` and ``std`` of the RGB channels of the clips
            that the classifier sees, grey levels.
        non_blocking (bool): Copy to the device without waiting. Defaults to
            False.

    Raises:
        ValueError: If a standard deviation is not positive.
    """

    def __init__(self,
                 features: Dict[str, dict],
                 clips: dict,
                 non_blocking: bool = False) -> None:
        super().__init__(non_blocking=non_blocking)
        self._names = tuple(features)
        for name, values in {**features, 'clips': clips}.items():
            for key in ('mean', 'std'):
                value = torch.tensor(values[key], dtype=torch.float32)
                if key == 'std' and not (value > 0).all():
                    raise ValueError(
                        f'std of {name!r} must be above 0, but got '
                        f'{values[key]}')
                self.register_buffer(
                    f'{name}_{key}', value.reshape(-1, 1, 1), False)

    def forward(self,
                data: dict,
                training: bool = False) -> dict:
        """Move a batch to the device; see the class.

        Args:
            data (dict): ``inputs``: by feature name, and by name with
                ``_clips`` behind it, lists of B tensors, or a list of B
                streams; ``data_samples``.
            training (bool): Not used.

        Returns:
            dict: ``inputs`` and ``data_samples``.
        """
        if not isinstance(data['inputs'], dict):
            # Not cast, which copies: it is from the loader's own samples that
            # hooks take what is found out while streams are read.
            return data
        data = self.cast_data(data)
        inputs = self.normalize_features(_join(data['inputs']))
        return dict(data, inputs=inputs)

    def normalize_features(self, batch: ClipBatch) -> ClipBatch:
        """Bring raw features to the device and to mean 0, variance 1.

        Args:
            batch (ClipBatch): Raw, on any device.

        Returns:
            ClipBatch: Float32, on the model's device.

        Raises:
            ValueError: If there are no statistics of a feature.
        """
        features = {}
        for name, (frames, clips) in batch.features.items():
            if name not in self._names:
                raise ValueError(
                    f'there are features {name!r}, but data_preprocessor.'
                    f'features has statistics of {", ".join(self._names)} '
                    f'alone')
            frames = self._normalize(frames, name)
            features[name] = ClipFrames(frames, clips.to(self.device))
        return ClipBatch(features, batch.videos.to(self.device))

    def normalize_clips(self, clips: Tensor) -> Tensor:
        """RGB clips for the classifier.

        Args:
            clips (Tensor): ``(k, F, 3, H, W)``, grey levels.

        Returns:
            Tensor: Float32, the same shape, on the model's device.
        """
        # MMAction2 takes views of it.
        return self._normalize(clips, 'clips').contiguous()

    def _normalize(self, frames: Tensor, name: str) -> Tensor:
        """Of pictures ``(..., C, H, W)``."""
        mean = getattr(self, f'{name}_mean')
        std = getattr(self, f'{name}_std')
        return (frames.to(self.device).float() - mean) / std


def _join(inputs: Dict[str, Union[List[Tensor], Sequence[ClipStream]]]
          ) -> ClipBatch:
    """Number the clips of B videos through."""
    counts = [int(n) for n in inputs['num_clips']]
    first = [sum(counts[:i]) for i in range(len(counts))]
    videos = torch.arange(len(counts)).repeat_interleave(
        torch.tensor(counts))
    names = [name for name in inputs if f'{name}_clips' in inputs]
    features = {
        name: ClipFrames(
            torch.cat(list(inputs[name])),
            torch.cat([clips + offset for clips, offset in zip(
                inputs[f'{name}_clips'], first)]))
        for name in names
    }
    return ClipBatch(features, videos)
