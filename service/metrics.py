"""Prometheus metrics, with the names and labels of OpenTelemetry's semantic conventions for HTTP.

No label ever holds what a caller wrote: methods and routes outside the contract share one value each.
"""

import os
from collections import Counter

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client import Counter as CountingMetric
from prometheus_client.multiprocess import MultiProcessCollector

from models.artefact import Artefact
from models.manifest import Profile

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable: with it, several processes that serve add up in one folder."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60)


class Metrics:
    """What is counted; one per app."""

    def __init__(self, artefact: Artefact, profile: Profile) -> None:
        self._registry = CollectorRegistry()
        self._duration = Histogram(
            "http_server_request_duration_seconds",
            "Duration of HTTP requests.",
            ["http_request_method", "http_route", "http_response_status_code"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._texts = CountingMetric(
            "weerklank_texts", "Texts answered, by status.", ["status"], registry=self._registry
        )
        self._abstentions = CountingMetric(
            "weerklank_abstentions", "Texts abstained from, by reason.", ["reason"], registry=self._registry
        )
        self._waiting = Gauge(
            "weerklank_requests_in_work",
            "Analyses that wait for a worker or are with one.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        manifest = artefact.manifest
        model = Gauge(
            "weerklank_model_info",
            "The model that answers.",
            ["name", "version", "digest", "profile"],
            registry=self._registry,
            multiprocess_mode="max",
        )
        model.labels(manifest.name, manifest.version, artefact.digest, profile).set(1)
        if MULTIPROCESS not in os.environ:
            ProcessCollector(registry=self._registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._duration.labels(method, route, str(status)).observe(seconds)

    def texts(self, outcomes: Counter[tuple[str, str | None]]) -> None:
        """Count texts by status and reason."""
        for (status, reason), n in outcomes.items():
            self._texts.labels(status).inc(n)
            if status == "abstained" and reason is not None:
                self._abstentions.labels(reason).inc(n)

    def in_work(self, requests: int) -> None:
        """Note how many requests wait or are being worked on."""
        self._waiting.set(requests)

    def exposition(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        registry = self._registry
        if MULTIPROCESS in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
