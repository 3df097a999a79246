"""Pictures of what was selected."""
from .contact_sheet import contact_sheet

__all__ = ['contact_sheet']
