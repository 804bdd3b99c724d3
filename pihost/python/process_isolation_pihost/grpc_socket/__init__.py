"""The contract as gRPC on a unix domain socket, for people and other clients. The one part that needs grpcio."""

from .front import can_serve, serve

__all__ = ["can_serve", "serve"]
