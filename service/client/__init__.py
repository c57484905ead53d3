"""A typed client of the service, for Python; importing it loads neither model nor server.

Usage::

    from service.client import Client

    with Client("https://weerklank.example", api_key=key) as client:
        analysis = client.analyze("Ik mag mijn eigen week indelen.")
        analyses = client.analyze_batch(["Niemand vertrouwt ons.", "Het regent vandaag."])

`AsyncClient` is the same with ``async with`` and ``await``.
"""

from service.client.answers import Analysis, Item, Labels, ModelInfo
from service.client.clients import AsyncClient, Client
from service.client.errors import (
    BadAnswer,
    ClientError,
    InvalidRequest,
    KeyRefused,
    Problem,
    RateLimited,
    Refused,
    ServiceFailed,
    TooLarge,
    Unavailable,
    Unreachable,
)

__all__ = [
    "Analysis",
    "AsyncClient",
    "BadAnswer",
    "Client",
    "ClientError",
    "InvalidRequest",
    "Item",
    "KeyRefused",
    "Labels",
    "ModelInfo",
    "Problem",
    "RateLimited",
    "Refused",
    "ServiceFailed",
    "TooLarge",
    "Unavailable",
    "Unreachable",
]
