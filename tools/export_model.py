"""Write a recognizer as an ONNX file.

Example:
    python tools/export_model.py configs/ocsampler_needle.py epoch_24.pth \
        ocsampler.onnx --shape 112
"""
from mmaction_sampler.apis.export_model import (export_model,
                                                parse_model_args)


def main() -> None:
    """Export what the command line says."""
    export_model(parse_model_args())


if __name__ == '__main__':
    main()
