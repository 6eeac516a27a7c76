"""`python -m app forecast` and what doctor says of deprecations, with a gateway that has seen operations."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import diagnosis, forecasted
from edge.commands import forecast as forecast_command
from edge.forecasting import ForecastRefused, ForecastReport, SchemaUnread, forecast_text
from resolvers.findings import Finding, Verdict
from sandbox.embedded import Sandbox
from tests.contract.grown_storefront import grown_storefront
from tests.gateway.test_doctor import ADDRESS
from tests.gateway.test_doctor import LIVE as LIVE_SETTINGS
from tests.serving import STAFF, GivenSettings, Served, sandbox_at_noon, serving

PREVIEW = "No stable version after 2026-10 is known here: this is Shopify's preview of the next one."
LIVE: dict[str, Any] = dict(LIVE_SETTINGS)
IN_SANDBOX: dict[str, Any] = {"gateway_mode": "sandbox"}
DEPRECATED = 'query Old { productByHandle(handle: "dana@example.com") { id isFeatured } }'


async def forecast(
    *files: Path, version: str | None = None, gateway: httpx.AsyncBaseTransport | None = None, **settings: Any
) -> ForecastReport:
    nobody = httpx.MockTransport(lambda _: httpx.Response(404))
    given = GivenSettings(**{**IN_SANDBOX, **settings})
    return await forecasted(given, version=version, files=files, gateway=gateway or nobody)


@asynccontextmanager
async def seen(*queries: str) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """The way to a gateway that has answered these operations."""
    async with serving(sandbox_at_noon()) as served:
        for query in queries:
            await served.http.post("/graphql", json={"query": query})
        yield served.http._transport


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer guessed"}])
async def test_planned_operations_are_for_staff(gateway: Served, headers: dict[str, str]) -> None:
    assert (await gateway.http.get("/operations", headers=headers)).status_code == 404


async def test_planned_operations_are_shown_without_the_texts_in_them(gateway: Served) -> None:
    await gateway.ask(DEPRECATED)
    answer = await gateway.http.get("/operations", headers=STAFF)

    assert [" ".join(each.split()) for each in answer.json()] == [DEPRECATED.replace("dana@example.com", "")]
    assert answer.headers["cache-control"] == "no-store"


async def test_operations_that_the_running_gateway_has_seen_are_forecast() -> None:
    async with seen(DEPRECATED, "query Fine { shop { name } }") as gateway:
        report = await forecast(gateway=gateway)

    assert report.sources["running gateway"] == 2
    assert {(each.operation, each.source) for each in report.found} == {("Old", "running gateway")}
    assert report.notes == [PREVIEW]


async def test_without_a_version_the_next_stable_one_is_forecast() -> None:
    sandbox = sandbox_at_noon()
    sandbox.faults.add("storefront", "status", status=403)
    given = GivenSettings(**{**LIVE, "shopify_api_version": "2026-01"})
    nobody = httpx.MockTransport(lambda _: httpx.Response(404))
    report = await forecasted(given, version=None, files=[], transport=sandbox.transport(), gateway=nobody)

    assert report.version == "2026-04"
    assert PREVIEW not in report.notes
    assert "From Storefront 2026-01 to 2026-04" in forecast_text(report)


async def test_without_a_later_stable_version_the_report_says_that_it_is_the_preview() -> None:
    assert PREVIEW in forecast_text(await forecast())
    assert PREVIEW not in forecast_text(await forecast(version="unstable"))


async def test_a_gateway_that_is_not_there_is_noted() -> None:
    report = await forecast()

    assert report.found == []
    assert "No gateway shows its operations at http://localhost:8000/operations" in report.notes[0]
    assert report.version == "unstable"
    assert report.operations > 20


@pytest.mark.parametrize("body", [b"{", b'{"a": 1}', b"[1]"])
async def test_an_answer_that_is_no_list_of_operations_is_noted(body: bytes) -> None:
    report = await forecast(gateway=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))

    assert "No gateway shows its operations" in report.notes[0]


async def test_files_folders_and_manifests_are_forecast(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "page.graphql").write_text("query InFolder($id: ID!) { cart(id: $id) { ...Cost } }")
    (folder / "cost.gql").write_text("fragment Cost on Cart { estimatedCost { totalAmount { amount } } }")
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"1": 'query InManifest { productByHandle(handle: "a") { id } }'}))
    report = await forecast(folder, manifest, version="2026-07")

    assert {each.operation for each in report.found} == {"InFolder", "InManifest"}
    assert report.sources[str(folder / "page.graphql")] == 1


async def test_trusted_documents_are_forecast(tmp_path: Path) -> None:
    manifest = tmp_path / "trusted.json"
    manifest.write_text(json.dumps({"1": DEPRECATED}))
    report = await forecast(trusted_documents=manifest)

    assert [(each.operation, each.source) for each in report.found] == [("Old", "TRUSTED_DOCUMENTS")]


@pytest.mark.parametrize(("name", "text"), [("a.py", ""), ("a.graphql", "{"), ("a.json", "[]"), ("gone.graphql", None)])
async def test_a_file_that_holds_no_operations_is_refused(name: str, text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)

    with pytest.raises(ForecastRefused, match=name):
        await forecast(tmp_path / name)


async def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ForecastRefused, match=r"2031-01.*use one of 2025-10, .*, unstable"):
        await forecast(version="2031-01")


async def live_forecast(*files: Path, carrier: httpx.AsyncBaseTransport, version: str) -> ForecastReport:
    nobody = httpx.MockTransport(lambda _: httpx.Response(404))
    return await forecasted(GivenSettings(**LIVE), version=version, files=files, transport=carrier, gateway=nobody)


async def test_a_live_shop_shows_its_own_schema(tmp_path: Path) -> None:
    page = tmp_path / "page.graphql"
    page.write_text("{ shop { laterText } }")
    carrier = httpx.ASGITransport(grown_storefront(sandbox_at_noon().store))
    report = await live_forecast(page, carrier=carrier, version="2026-07")

    assert (report.schema, report.notes[:-1]) == ("the shop", [])
    assert report.found == []


@pytest.mark.parametrize(("version", "said"), [("2026-07", None), ("2031-01", "2031-01")])
async def test_without_the_shops_schema_the_packages_is_used(version: str, said: str | None) -> None:
    sandbox = sandbox_at_noon()
    sandbox.faults.add("storefront", "status", status=403)
    if said is not None:
        with pytest.raises(SchemaUnread, match=said):
            await live_forecast(carrier=sandbox.transport(), version=version)
        return
    report = await live_forecast(carrier=sandbox.transport(), version=version)

    assert report.schema.startswith("the package")
    assert "The shop does not show its schema of 2026-07" in report.notes[0]


async def test_a_version_that_another_one_answers_for_is_not_taken_for_it() -> None:
    report = await live_forecast(carrier=sandbox_at_noon().transport(), version="2025-10")

    assert report.schema.startswith("the package")
    assert "Shopify answered with 2026-01 instead of 2025-10" in report.notes[0]


async def test_the_report_names_each_operation_and_the_sum(tmp_path: Path) -> None:
    page = tmp_path / "page.graphql"
    page.write_text('query Channel @inContext(channelId: "1") { shop { name } }')
    text = forecast_text(await forecast(page, version="2026-07"))

    assert text.startswith("From Storefront 2026-10 to 2026-07, by the schema of the package")
    assert "BREAKS      Channel" in text
    assert "operations checked: 1 errors, 0 uses of what is deprecated, 0 refused by this gateway." in text


def test_the_exit_status_says_whether_something_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.graphql"
    page.write_text('query Channel @inContext(channelId: "1") { shop { name } }')

    async def report_of(settings: Any, *, version: str | None, files: Any) -> ForecastReport:
        return await forecast(*files, version=version)

    settings = GivenSettings(**IN_SANDBOX)
    statuses = [
        forecast_command(report_of, settings, version=each, files=[page]) for each in ("2026-07", "unstable", "no")
    ]

    assert statuses == [1, 0, 2]
    assert "The schema of no is not known here" in capsys.readouterr().err


def deprecations(sandbox: Sandbox, gateway: httpx.AsyncBaseTransport, **settings: Any) -> Finding:
    class Both(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            to = gateway if request.url.host == httpx.URL(ADDRESS).host else sandbox.transport()
            return await to.handle_async_request(request)

    given = GivenSettings(**{**LIVE, "staff_token": "sandbox-staff", **settings})
    found = asyncio.run(diagnosis(given, sandbox=sandbox, transport=Both()))
    return next(each for each in found if each.subject == "Deprecated")


def test_doctor_names_what_is_deprecated_of_what_is_used(sandbox: Sandbox) -> None:
    planned = httpx.MockTransport(lambda _: httpx.Response(200, json=[DEPRECATED]))
    found = deprecations(sandbox, planned, public_url=ADDRESS)

    assert found.verdict is Verdict.WARN
    assert "QueryRoot.productByHandle is deprecated. Use `product` instead. (in Old)" in found.message


def test_doctor_says_when_it_does_not_know_what_is_used(sandbox: Sandbox) -> None:
    found = deprecations(sandbox, httpx.MockTransport(lambda _: httpx.Response(404)), public_url=ADDRESS)

    assert found.verdict is Verdict.OK
    assert f"No gateway shows its operations at {ADDRESS}/operations" in found.message
