"""Recognizers as ONNX files, for use without PyTorch and MMAction2."""
import argparse
import json
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import torch
from mmaction.structures import ActionDataSample
from mmengine.config import DictAction

from mmaction_sampler.models.recognizers import ComponentRecognizer
from mmaction_sampler.stack import installed
from mmaction_sampler.whole_file import whole_file
from .config_edits import read_config
from .input_shape import add_shape_option, input_shape
from .load_recognizer import load_recognizer
from .onnx_paths import inference_path

#: Largest difference of a score between PyTorch and the exported file.
TOLERANCE = 1e-4
#: Videos in a batch that are compared.
BATCH_SIZES = (1, 3, 8)


def parse_model_args(
        argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Parse the options of ``tools/export_model.py``."""
    parser = argparse.ArgumentParser(
        description='Write what a recognizer computes in testing as an ONNX '
        'file with any batch size, and compare both on random frames.')
    parser.add_argument('config', help='path of the config')
    parser.add_argument('checkpoint', help='path or address of the weights')
    parser.add_argument('out', help='file to write, OUT.onnx')
    add_shape_option(parser)
    parser.add_argument(
        '--opset', type=int, default=18,
        help="version of ONNX's operators (default: %(default)s)")
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={},
        help='override settings of the config, as key=value')
    return parser.parse_args(argv)


def export_model(args: argparse.Namespace) -> Dict[str, float]:
    """Export, compare and report.

    Args:
        args (argparse.Namespace): From :func:`parse_model_args`.

    Returns:
        dict[str, float]: Largest difference of each output.

    Raises:
        FileNotFoundError: If config or checkpoint are missing.
        ImportError: If onnx, onnxscript or onnxruntime is missing.
        ValueError: If the recognizer cannot be exported, or the file gives
            something else.
    """
    cfg = read_config(args.config, args.cfg_options)
    size = input_shape(cfg, args.shape)
    model = load_recognizer(cfg, args.checkpoint).cpu()
    with whole_file(args.out) as part:
        write_onnx(model, str(part), size, args.opset)
        differences = compare_onnx(model, str(part), size)
        _refuse_other_numbers(differences, args.out)
    print(f'{args.out}: {Path(args.out).stat().st_size / 1e6:.1f} MB; '
          f'batches of {", ".join(map(str, BATCH_SIZES))} differ from '
          f'PyTorch by at most ' + ', '.join(
              f'{value:.1e} ({name})' for name, value in differences.items()))
    return differences


def _refuse_other_numbers(differences: Mapping[str, float],
                          out: str) -> None:
    # Not "> TOLERANCE", which NaN is not.
    if np.max(list(differences.values())) <= TOLERANCE:
        return
    raise ValueError(
        f'{out} was not written, for it differs by more than {TOLERANCE} '
        f'from PyTorch, or gives numbers that are not finite ('
        + ', '.join(f'{value:.1e} in {name}'
                    for name, value in differences.items())
        + '); where selected_inds differ by whole numbers and the policy has '
        'hardly trained, its choices are ties that rounding decides: train '
        'it first; else tell us the config')


def write_onnx(model: ComponentRecognizer, out: str, size: Tuple[int, int],
               opset: int = 18) -> None:
    """Write a recognizer's inference path.

    The file's input is ``frames`` ``(batch, T, 3, H, W)``, normalised
    float32; mean and standard deviation stand in its metadata, as JSON lists
    under ``mean`` and ``std``.

    Args:
        model (ComponentRecognizer): On the CPU; see :func:`inference_path`.
        out (str): The file.
        size (tuple[int, int]): Height and width of the frames, pixels.
        opset (int): Version of ONNX's operators. Defaults to 18.

    Raises:
        ImportError: If onnx or onnxscript is missing.
        ValueError: If the recognizer has no such path.
    """
    _require('onnx', 'onnxscript')
    path = inference_path(model)
    # Two videos: of one, the exporter would take the number as fixed.
    frames = torch.zeros(2, model.num_candidates, 3, *size)
    with torch.no_grad():
        program = torch.onnx.export(
            path, (frames, ), dynamo=True, opset_version=opset,
            input_names=['frames'], output_names=list(path.OUTPUTS),
            dynamic_shapes=({0: torch.export.Dim('batch')}, ),
            verbose=False)
    program.model.metadata_props.update(_metadata(model))
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    program.save(out)


def _metadata(model: ComponentRecognizer) -> Dict[str, str]:
    """What who uses the file has to know of its input."""
    values = dict(recognizer=type(model).__name__)
    for name in ('mean', 'std'):
        buffer = getattr(model.data_preprocessor, name, None)
        if buffer is not None:
            values[name] = json.dumps(buffer.flatten().tolist())
    return values


def compare_onnx(model: ComponentRecognizer, path: str, size: Tuple[int, int],
                 batch_sizes: Sequence[int] = BATCH_SIZES
                 ) -> Dict[str, float]:
    """Run an exported file beside its recognizer.

    Args:
        model (ComponentRecognizer): On the CPU.
        path (str): The file.
        size (tuple[int, int]): Height and width of the frames, pixels.
        batch_sizes (Sequence[int]): Numbers of videos. Defaults to
            :data:`BATCH_SIZES`.

    Returns:
        dict[str, float]: Largest difference of each output over all batches;
        of boxes relative to the frame's longer side. Infinite where either
        gives a number that is not finite.

    Raises:
        ImportError: If onnxruntime is missing.
    """
    _require('onnxruntime')
    from onnxruntime import InferenceSession
    session = InferenceSession(path, providers=['CPUExecutionProvider'])
    names = [output.name for output in session.get_outputs()]
    differences: Dict[str, List[float]] = {name: [] for name in names}
    generator = torch.Generator().manual_seed(0)
    for count in batch_sizes:
        shape = (count, model.num_candidates, 3)
        # Noise of different shades: of noise alone, networks see the same.
        frames = torch.randn(*shape, *size, generator=generator)
        frames += 3 * torch.randn(*shape, 1, 1, generator=generator)
        ours = recognizer_outputs(model, frames, names)
        theirs = session.run(names, dict(frames=frames.numpy()))
        for name, a, b in zip(names, ours, theirs):
            unit = max(size) if name == 'boxes' else 1
            # Also where both give the same: such a model is of no use.
            finite = np.isfinite(a).all() and np.isfinite(b).all()
            differences[name].append(
                float(np.abs(a.astype(float) - b).max()) / unit
                if finite else float('inf'))
    return {name: max(values) for name, values in differences.items()}


def recognizer_outputs(model: ComponentRecognizer, frames: torch.Tensor,
                       names: Sequence[str]) -> List[np.ndarray]:
    """What the recognizer's own ``predict`` gives, under the file's names.

    Args:
        model (ComponentRecognizer): In eval mode.
        frames (Tensor): Normalised, float ``(B, T, C, H, W)``.
        names (Sequence[str]): ``'scores'``, ``'selected_inds'``,
            ``'boxes'``.

    Returns:
        list[np.ndarray]: In that order, each ``(B, ...)``.
    """
    samples = [ActionDataSample() for _ in frames]
    with torch.no_grad():
        samples = model.predict(frames, samples)
    read = dict(scores=lambda s: s.pred_score,
                selected_inds=lambda s: s.selection.inds,
                boxes=lambda s: s.selection.boxes)
    return [np.stack([read[name](s).cpu().numpy() for s in samples])
            for name in names]


def _require(*packages: str) -> None:
    """Raise a clear error where a package is missing."""
    missing = [package for package in packages if not installed(package)]
    if missing:
        raise ImportError(
            f'exporting needs {", ".join(missing)}; install the extra: '
            f"pip install 'mmaction_sampler[export]'")
