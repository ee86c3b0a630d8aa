"""A real receiver of OpenTelemetry's protocol over HTTP, on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Received:
    """What has come in so far."""

    def __init__(self) -> None:
        self.url = ""
        self.raw = b""
        self.spans: set[str] = set()  # their names
        self.metrics: set[str] = set()
        self._news = threading.Condition()

    def take(self, path: str, body: bytes) -> None:
        """Read one request as the specification of its path says."""
        with self._news:
            self.raw += body
            if path == "/v1/traces":
                traces = ExportTraceServiceRequest.FromString(body)
                self.spans |= {s.name for r in traces.resource_spans for c in r.scope_spans for s in c.spans}
            else:
                metrics = ExportMetricsServiceRequest.FromString(body)
                self.metrics |= {
                    m.name for r in metrics.resource_metrics for c in r.scope_metrics for m in c.metrics
                }
            self._news.notify_all()

    def wait_for(self, spans: set[str], metrics: set[str], patience: float = 600) -> None:
        """Wait until all these have come."""

        def there() -> bool:
            return spans <= self.spans and metrics <= self.metrics

        with self._news:
            assert self._news.wait_for(there, patience), (self.metrics, self.spans)


class _Handler(BaseHTTPRequestHandler):
    received: Received

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.received.take(
            self.path, decompress(body) if self.headers["content-encoding"] == "gzip" else body
        )
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def otlp_receiver() -> Iterator[Received]:
    """Run a receiver while the context lasts."""
    received = Received()
    handler = type("Bound", (_Handler,), {"received": received})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        received.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()
