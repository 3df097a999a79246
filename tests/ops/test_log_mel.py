"""The filterbank and spectrogram against plain loops in float64."""
import math

import numpy as np
import torch

from mmaction_sampler.ops.log_mel import log_mel, mel_filterbank


def slaney(hz):
    """Mel of a frequency, from the definition."""
    return hz * 3 / 200 if hz < 1000 else (
        15 + 27 * math.log(hz / 1000) / math.log(6.4))


def hertz(mel):
    return mel * 200 / 3 if mel < 15 else 1000 * 6.4**((mel - 15) / 27)


def loop_filterbank(num_mels, fft_size, sample_rate):
    top = slaney(sample_rate / 2)
    edges = [hertz(top * i / (num_mels + 1)) for i in range(num_mels + 2)]
    filters = np.zeros((num_mels, fft_size // 2 + 1))
    for m in range(num_mels):
        low, middle, high = edges[m:m + 3]
        for k in range(fft_size // 2 + 1):
            hz = k * sample_rate / fft_size
            height = min((hz - low) / (middle - low),
                         (high - hz) / (high - middle))
            filters[m, k] = max(height, 0) * 2 / (high - low)
    return filters


def test_filterbank():
    np.testing.assert_allclose(
        mel_filterbank(40, 512, 16000), loop_filterbank(40, 512, 16000),
        rtol=1e-6, atol=1e-12)


def test_spectrogram():
    rng = np.random.default_rng(0)
    waves = rng.normal(size=(2, 300))
    found = log_mel(torch.from_numpy(waves), 8000, 5, 20, 64, 50)
    assert found.shape == (2, 5, 1 + (300 - 64) // 20)
    window = np.zeros(64)
    window[7:57] = np.sin(np.pi * np.arange(50) / 50)**2
    filters = loop_filterbank(5, 64, 8000)
    for wave, image in zip(waves, found):
        for step in range(image.shape[1]):
            part = wave[20 * step:20 * step + 64] * window
            power = np.abs(np.fft.rfft(part))**2
            np.testing.assert_allclose(
                image[:, step], np.log(filters @ power + 1e-6), rtol=1e-6)
