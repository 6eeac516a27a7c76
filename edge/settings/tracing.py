"""Settings of traces: whether spans are recorded, and where they go."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr

from edge.settings.types import BaseAddress, WebAddress, in_small_letters, secret_text


@dataclass(frozen=True, slots=True)
class TraceExport:
    """Where spans go. Without an endpoint the SDK's default is used, without a name `kynda-gateway`."""

    endpoint: str | None
    headers: str | None
    service_name: str | None


def _is_installed() -> bool:
    try:
        return all(map(find_spec, ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")))
    except ModuleNotFoundError:  # not even the package around it
        return False


def _headers(secret: SecretStr) -> SecretStr:
    for each in secret.get_secret_value().split(","):
        name, equals, value = each.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise ValueError("it is not a list of headers: write name=value, with commas between several")
    return secret


class TracingSettings(BaseModel):
    """Traces."""

    otel_exporter_otlp_endpoint: BaseAddress | None = Field(
        None,
        description=(
            "The base address of an OpenTelemetry collector (OTLP over HTTP): turns traces on (`pip install "
            "'kynda-gateway[otel]'`). Unset: no traces."
        ),
        examples=["http://localhost:4318"],
    )
    otel_exporter_otlp_traces_endpoint: WebAddress | None = Field(
        None,
        description="The whole address for spans, in place of `OTEL_EXPORTER_OTLP_ENDPOINT` and `/v1/traces`.",
        examples=["http://localhost:4318/v1/traces"],
    )
    otel_exporter_otlp_headers: Annotated[SecretStr, AfterValidator(_headers)] | None = Field(
        None,
        description="Headers for the collector, as `name=value` with commas between them.",
        examples=["api-key=a-long-random-key"],
    )
    otel_exporter_otlp_protocol: Literal["http/protobuf"] | None = Field(
        None, description="How spans are sent: only `http/protobuf`.", examples=["http/protobuf"]
    )
    otel_service_name: str | None = Field(
        None, description="The name of this service in traces. Unset: `kynda-gateway`.", examples=["kynda-gateway"]
    )
    otel_traces_exporter: Annotated[Literal["otlp", "none"], BeforeValidator(in_small_letters)] | None = Field(
        None, description="`none` turns traces off; `otlp` turns them on without an address.", examples=["otlp"]
    )
    otel_sdk_disabled: bool = Field(False, description="Turn traces off, whatever else is set.")

    def trace_export(self) -> TraceExport | None:
        """Where spans go. None: nothing is traced."""
        endpoint = self.otel_exporter_otlp_traces_endpoint
        if endpoint is None and self.otel_exporter_otlp_endpoint is not None:
            endpoint = f"{self.otel_exporter_otlp_endpoint}/v1/traces"
        is_wanted = endpoint is not None or self.otel_traces_exporter == "otlp"
        if not is_wanted or self.otel_sdk_disabled or self.otel_traces_exporter == "none":
            return None
        return TraceExport(endpoint, secret_text(self.otel_exporter_otlp_headers), self.otel_service_name)

    def tracing_problems(self) -> list[str]:
        """What prevents traces, a sentence each."""
        if self.trace_export() is None or _is_installed():
            return []
        return [
            "Traces are on (OTEL_EXPORTER_OTLP_ENDPOINT), and OpenTelemetry's SDK is missing: run "
            "`pip install 'kynda-gateway[otel]'`, or set OTEL_SDK_DISABLED=true."
        ]
