"""The isolated process itself: handshake, serving, its own answers, its end."""

from .main import main

__all__ = ["main"]
