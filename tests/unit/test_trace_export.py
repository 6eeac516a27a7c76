"""Whether the settings turn traces on, and what reaches a collector over HTTP."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from clients.tracing import SpanKind
from edge.settings import SettingsError, read_settings
from edge.settings.tracing import TraceExport
from edge.tracing import tracer_of
from tests.serving import GivenSettings

ROOT = Path(__file__).parents[2]
COLLECTOR = "http://collector.example:4318"


def export(**settings: Any) -> TraceExport | None:
    return GivenSettings(**settings).trace_export()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"otel_service_name": "shop"},
        {"otel_exporter_otlp_endpoint": COLLECTOR, "otel_sdk_disabled": "true"},
        {"otel_exporter_otlp_endpoint": COLLECTOR, "otel_traces_exporter": "none"},
        {"otel_exporter_otlp_endpoint": ""},
    ],
)
def test_traces_are_off_without_an_endpoint_or_when_they_are_disabled(settings: dict[str, Any]) -> None:
    assert export(**settings) is None
    assert tracer_of(GivenSettings(**settings)) is None


@pytest.mark.parametrize(
    ("settings", "endpoint"),
    [
        ({"otel_exporter_otlp_endpoint": COLLECTOR}, f"{COLLECTOR}/v1/traces"),
        ({"otel_exporter_otlp_endpoint": f"{COLLECTOR}/otlp/"}, f"{COLLECTOR}/otlp/v1/traces"),
        ({"otel_exporter_otlp_traces_endpoint": f"{COLLECTOR}/mine"}, f"{COLLECTOR}/mine"),
        (
            {"otel_exporter_otlp_endpoint": COLLECTOR, "otel_exporter_otlp_traces_endpoint": "https://b.example/t"},
            "https://b.example/t",
        ),
        ({"otel_traces_exporter": "OTLP"}, None),
    ],
)
def test_the_endpoint_follows_the_rules_of_the_protocol(settings: dict[str, Any], endpoint: str | None) -> None:
    found = export(**settings)

    assert found is not None
    assert found.endpoint == endpoint


def test_another_protocol_is_refused_with_the_one_that_works() -> None:
    with pytest.raises(SettingsError, match=r"OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc': .*'http/protobuf'"):
        read_settings(GivenSettings, otel_exporter_otlp_protocol="grpc")


@pytest.mark.parametrize("missing", ["opentelemetry.sdk", "opentelemetry.exporter"])
def test_traces_without_the_extra_end_the_start_with_the_command_that_installs_it(missing: str) -> None:
    program = f"""
import sys
sys.modules[{missing!r}] = None
from edge.settings import GatewaySettings, SettingsError, read_settings
try:
    read_settings(GatewaySettings, _env_file=None, otel_exporter_otlp_endpoint="{COLLECTOR}")
except SettingsError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "pip install 'kynda-gateway[otel]'" in ran.stdout


class _Collector(BaseHTTPRequestHandler):
    received: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, dict[str, str], bytes]]]]:
    """A collector on a free port, and what it received."""
    received: list[tuple[str, dict[str, str], bytes]] = []
    handler = type("Handler", (_Collector,), {"received": received})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("name", "expected"), [(None, "kynda-gateway"), ("shop-gateway", "shop-gateway")])
async def test_spans_reach_the_collector_before_the_gateway_ends(name: str | None, expected: str) -> None:
    with collector() as (address, received):
        named = {} if name is None else {"otel_service_name": name}
        headers = "api-key=planted%20key,other=1"
        given: dict[str, Any] = {"otel_exporter_otlp_endpoint": address, "otel_exporter_otlp_headers": headers, **named}
        tracer = tracer_of(GivenSettings(**given))
        assert tracer is not None
        with tracer.span("sweep", SpanKind.INTERNAL, {"gateway.dry_run": True}):
            pass
        await tracer.close()

    [(path, received_headers, body)] = received
    assert path == "/v1/traces"
    assert (received_headers["api-key"], received_headers["other"]) == ("planted key", "1")
    [spans] = ExportTraceServiceRequest.FromString(body).resource_spans
    resource = {each.key: each.value.string_value for each in spans.resource.attributes}
    assert resource["service.name"] == expected
    assert [each.name for scope in spans.scope_spans for each in scope.spans] == ["sweep"]


GLOBAL_PROVIDER = """
import asyncio
import httpx
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
from app import create_app, read_settings
app = create_app(read_settings(_env_file=None, graphiql=False, sweep_minutes=0))
async def run():
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http:
            print((await http.post("/webhooks/printful/a-secret", json={})).status_code)
asyncio.run(run())
print(len(exporter.get_finished_spans()))
"""


def test_a_global_provider_of_the_process_gets_no_path_that_holds_a_secret() -> None:
    ran = subprocess.run([sys.executable, "-c", GLOBAL_PROVIDER], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.split()[-2:] == ["404", "0"]
