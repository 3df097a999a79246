from .selection import Selection, Unit

__all__ = ['Selection', 'Unit']
