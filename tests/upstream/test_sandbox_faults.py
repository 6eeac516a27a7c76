"""Whatever the sandbox makes go wrong, our clients tell it as one of the failures we sort by."""

import httpx
import pytest

from clients.admin.client import Admin
from clients.admin.models import VariantStock
from clients.admin.token import StaticToken
from clients.errors import Broken, Denied, Throttled, Unavailable, UpstreamError
from clients.global_ids import global_id
from clients.http import HttpUpstream
from clients.printful.client import Printful, PrintfulAccess
from clients.printful.models import CatalogVariant
from sandbox.admin.tokens import PERMANENT
from sandbox.app import create_sandbox
from sandbox.faults import KINDS, Faults
from sandbox.store import Store
from tests.virtual_time import PassingTime

ORIGIN = "http://sandbox.example"
FAILURES: list[tuple[str, dict[str, int], type[UpstreamError]]] = [
    ("status", {"status": 503}, Unavailable),
    ("status", {"status": 403}, Denied),
    ("throttle", {}, Throttled),
    ("timeout", {}, Unavailable),
    ("lost", {}, Unavailable),
    ("html", {}, Broken),
    ("truncated", {}, Broken),
    ("list", {}, Broken),
    ("empty", {}, Broken),
    ("wrong-type", {}, Broken),
]
SLOW = {"timeout", "lost"}


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def transport(store: Store, faults: Faults) -> httpx.ASGITransport:
    return httpx.ASGITransport(create_sandbox(store, faults))


async def ask_admin(transport: httpx.ASGITransport, store: Store, deadline_s: float) -> object:
    variant = global_id("ProductVariant", next(iter(store.variants)))
    url = f"{ORIGIN}/admin/api/2026-10/graphql.json"
    timing = PassingTime().timing
    async with Admin(url, StaticToken(PERMANENT), transport, deadline_s=deadline_s, timing=timing) as admin:
        return (await admin.variant_inventory([variant]))[variant]


async def ask_printful(transport: httpx.ASGITransport, deadline_s: float) -> object:
    http = HttpUpstream(transport, f"{ORIGIN}/printful")
    access, timing = PrintfulAccess("sandbox-test", "1"), PassingTime().timing
    printful = Printful(http, access, deadline_s=deadline_s, timing=timing)
    try:
        return await printful.catalog_variant(4016)
    except UpstreamError as error:
        return error


def test_every_kind_of_fault_is_tried_here() -> None:
    assert {kind for kind, _, _ in FAILURES} | {"latency", "lag"} == set(KINDS)


@pytest.mark.parametrize(("kind", "details", "failure"), FAILURES)
async def test_a_fault_of_admin_is_a_sorted_failure(
    transport: httpx.ASGITransport,
    store: Store,
    faults: Faults,
    kind: str,
    details: dict[str, int],
    failure: type[UpstreamError],
) -> None:
    faults.add("admin", kind, **details)
    assert type(await ask_admin(transport, store, 0 if kind in SLOW else 5)) is failure


@pytest.mark.parametrize(("kind", "details", "failure"), FAILURES)
async def test_a_fault_of_printful_is_a_sorted_failure(
    transport: httpx.ASGITransport, faults: Faults, kind: str, details: dict[str, int], failure: type[UpstreamError]
) -> None:
    faults.add("printful", kind, **details)
    assert type(await ask_printful(transport, 0 if kind in SLOW else 5)) is failure


async def test_a_fault_that_is_over_soon_is_not_noticed(
    transport: httpx.ASGITransport, store: Store, faults: Faults
) -> None:
    for upstream in ("admin", "printful"):
        faults.add(upstream, "status", times=2)
    assert isinstance(await ask_admin(transport, store, 5), VariantStock)
    assert isinstance(await ask_printful(transport, 5), CatalogVariant)


async def test_once_a_fault_is_over_all_is_well(transport: httpx.ASGITransport, store: Store, faults: Faults) -> None:
    for upstream in ("admin", "printful"):
        faults.add(upstream, "status", times=3)
    assert isinstance(await ask_admin(transport, store, 5), Unavailable)
    assert isinstance(await ask_printful(transport, 5), Unavailable)
    assert isinstance(await ask_admin(transport, store, 5), VariantStock)
    assert isinstance(await ask_printful(transport, 5), CatalogVariant)
