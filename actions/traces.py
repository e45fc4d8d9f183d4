"""Traces (OpenTelemetry): a turn, its stages and the actions in it, with the mark of the conversation that logs have.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT names a collector; the other OTEL_… variables of its SDK hold as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

# The name under which Rasa hands on to the actions which turn they are called for.
CARRIED = "trace"


def configure() -> None:
    """Send spans to the collector, if one is named; what is left is sent when the process ends."""
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        provider = TracerProvider(resource=Resource.create({"service.name": "rdv"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)


@contextmanager
def span(name: str, carried: Mapping[str, str] | None = None, **attributes: str) -> Iterator[trace.Span]:
    """A piece of work inside the one under way, or inside the one `carried` from another process.

    Of an error it has the name only: what it says could hold a row, a text, a number.
    """
    within = propagate.extract(carried) if carried else None
    tracer = trace.get_tracer("rdv")
    with tracer.start_as_current_span(
        name, within, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as work:
        try:
            yield work
        except Exception as error:
            work.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise


def carried() -> dict[str, str]:
    """The work under way as another process takes it up; empty when nothing is traced."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier
