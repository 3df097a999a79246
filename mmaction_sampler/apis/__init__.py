"""What users call: inference, and what stands behind the tools."""
from .inferencer import SamplerInferencer

__all__ = ['SamplerInferencer']
