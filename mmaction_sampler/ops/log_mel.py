"""Log-mel spectrograms."""
import math

import torch

#: Slaney's mel scale: linear below 1000 Hz, logarithmic above.
_HZ_PER_MEL = 200. / 3
_LOG_BEGIN_HZ = 1000.
_LOG_STEP = math.log(6.4) / 27


def _hz_to_mel(hz: float) -> float:
    if hz < _LOG_BEGIN_HZ:
        return hz / _HZ_PER_MEL
    return _LOG_BEGIN_HZ / _HZ_PER_MEL + math.log(
        hz / _LOG_BEGIN_HZ) / _LOG_STEP


def _mel_to_hz(mel: torch.Tensor) -> torch.Tensor:
    begin = _LOG_BEGIN_HZ / _HZ_PER_MEL
    above = _LOG_BEGIN_HZ * torch.exp(_LOG_STEP * (mel - begin))
    return torch.where(mel < begin, mel * _HZ_PER_MEL, above)


def mel_filterbank(num_mels: int, fft_size: int,
                   sample_rate: int) -> torch.Tensor:
    """Triangles on Slaney's mel scale, each of area one over frequency.

    From 0 to half the sample rate, as in Slaney's Auditory Toolbox and
    librosa's ``filters.mel``.

    Args:
        num_mels (int): M.
        fft_size (int): Samples in a Fourier transform.
        sample_rate (int): Samples per second.

    Returns:
        torch.Tensor: float64 ``(M, fft_size // 2 + 1)``.
    """
    top = _hz_to_mel(sample_rate / 2)
    corners = _mel_to_hz(
        torch.linspace(0, top, num_mels + 2, dtype=torch.float64))
    bins = torch.linspace(
        0, sample_rate / 2, fft_size // 2 + 1, dtype=torch.float64)
    widths = corners.diff()
    rising = (bins - corners[:-2, None]) / widths[:-1, None]
    falling = (corners[2:, None] - bins) / widths[1:, None]
    triangles = torch.minimum(rising, falling).clamp(min=0)
    return triangles * (2 / (corners[2:] - corners[:-2]))[:, None]


def log_mel(waveforms: torch.Tensor, sample_rate: int, num_mels: int,
            hop: int, fft_size: int, window_size: int) -> torch.Tensor:
    """Log-mel spectrogram of the power of waveforms.

    Args:
        waveforms (torch.Tensor): Float ``(n, S)``, S at least ``fft_size``;
            nothing is padded.
        sample_rate (int): Samples per second.
        num_mels (int): M.
        hop (int): Samples from one column to the next.
        fft_size (int): Samples in a Fourier transform.
        window_size (int): Samples under the Hann window, at most
            ``fft_size``.

    Returns:
        torch.Tensor: ``log(power + 1e-6)``, float ``(n, M, 1 + (S -
        fft_size) // hop)``.
    """
    window = torch.hann_window(
        window_size, dtype=waveforms.dtype, device=waveforms.device)
    spectrum = torch.stft(
        waveforms, fft_size, hop, window_size, window, center=False,
        return_complex=True)
    filters = mel_filterbank(num_mels, fft_size, sample_rate).to(waveforms)
    return torch.log(filters @ spectrum.abs().square() + 1e-6)
