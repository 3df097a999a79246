"""Authors' released checkpoints in our names; one module a method."""
from typing import Dict

from .adafocus import convert_adafocus, convert_adafocus_sthsth
from .adafocusv2 import convert_adafocusv2
from .conversion import Conversion, Converter, convert_checkpoint
from .ocsampler import convert_ocsampler

# Name of a method -> what gives the tensors of its authors' file our names.
CONVERTERS: Dict[str, Converter] = {
    'adafocus': convert_adafocus,
    'adafocus_sthsth': convert_adafocus_sthsth,
    'adafocusv2': convert_adafocusv2,
    'ocsampler': convert_ocsampler,
}

__all__ = ['CONVERTERS', 'Conversion', 'Converter', 'convert_checkpoint']
