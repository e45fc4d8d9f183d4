"""A collector of traces: takes what the service sends by OTLP, and tells it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector(ThreadingHTTPServer):
    """Keeps every span; `environment` sends a service's spans here, soon after they end."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taken)
        self.spans: list[Span] = []
        self.environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server_address[1]}",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }

    def within(self, outer: Span) -> Iterator[Span]:
        """The spans whose parent is this one."""
        return (s for s in list(self.spans) if s.parent_span_id == outer.span_id)


class _Taken(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent = ExportTraceServiceRequest.FromString(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
        self.server.spans += [s for r in sent.resource_spans for scope in r.scope_spans for s in scope.spans]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""
