"""
[Task]: T-003, T-087
[From]: speckit.specify §6.5, speckit.plan §5.2, §6.2
[Description]: What telemetry tells of a request: which operation it was, and nothing that the client wrote.
"""

import os
from collections.abc import Sequence

from fastapi.telemetry import TelemetryConfig
from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

METRIC_ENDPOINTS = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
HEALTH = ("/livez", "/readyz")
# Exporters are those that OpenTelemetry's own environment variables name. Its logs quote what failed: off.
TELEMETRY: TelemetryConfig = {
    "auto_configure": True,
    "logs": False,
    "exclude": lambda scope: scope.get("path") in HEALTH,
}

# The path, the query, an unknown method and the host are the client's own words. The route's template is
# added when it is known.
TOLD = frozenset({"http.request.method", "network.protocol.name", "network.protocol.version", "url.scheme"})


class Discreet(Sampler):
    """Decides as another sampler does, and begins the span of a request without the client's words.

    Its `tracestate` is left out as well: it is a header that anybody may write.
    A sampler is the only place where OpenTelemetry lets attributes be left out, whatever exports them.
    """

    def __init__(self, decider: Sampler) -> None:
        """Choose who decides."""
        self._decider = decider

    def should_sample(  # noqa: PLR0913, PLR0917 -- the sampler's interface
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide; see `Sampler`."""
        result = self._decider.should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )
        if kind is not SpanKind.SERVER:
            return result
        return SamplingResult(result.decision, _told(result.attributes))

    def get_description(self) -> str:
        """Name it; see `Sampler`."""
        return f"Discreet({self._decider.get_description()})"


def be_discreet() -> None:
    """Have each span of the process sampled discreetly. FastAPI sets the provider up when it starts."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider) and not isinstance(provider.sampler, Discreet):
        provider.sampler = Discreet(provider.sampler)


def export_metrics() -> None:
    """Send the metrics of a process that is not FastAPI's where the environment says, lastly at its end."""
    exporters = os.environ.get("OTEL_METRICS_EXPORTER", "otlp")
    if "otlp" in exporters.split(",") and any(os.environ.get(name) for name in METRIC_ENDPOINTS):
        reader = PeriodicExportingMetricReader(OTLPMetricExporter())
        metrics.set_meter_provider(MeterProvider([reader]))


def _told(attributes: Attributes) -> Attributes:
    return {name: value for name, value in (attributes or {}).items() if name in TOLD}
