"""The user's modules: finding and loading them, and what they export."""

from .describe import describe_exports
from .export_path import Exports, resolve_export
from .loader import ModuleLoader

__all__ = ["Exports", "ModuleLoader", "describe_exports", "resolve_export"]
