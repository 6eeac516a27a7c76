"""Mockups: our own picture at once, Printful's later, and each only once."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from PIL import Image

from app import Sandbox, create_app
from clients.timing import Timing
from tests.serving import GivenSettings, Served, serving

VARIANT = '{ product(handle: "HANDLE") { variants(first: 2) { nodes { id } } } }'
CREATE = """
mutation ($variant: ID!, $design: ID!) {
  mockupCreate(variantId: $variant, designId: $design) { id state composedUrl printfulUrl design { id } }
}
"""
MOCKUP = "query ($id: ID!) { mockup(id: $id) { state composedUrl printfulUrl } }"


class Waiting:
    """A clock on which the sleepers wait until they are let go on; the sandbox's time goes with it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.now_s = 0.0
        self.go_on = asyncio.Event()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.go_on.wait()
        self.now_s += seconds
        self._sandbox.store.clock.advance(seconds)

    @property
    def timing(self) -> Timing:
        return Timing(lambda: self.now_s, self.sleep, lambda: 0.5)


@pytest.fixture
def clock(sandbox: Sandbox) -> Waiting:
    return Waiting(sandbox)


@pytest.fixture
async def slow(sandbox: Sandbox, clock: Waiting) -> AsyncIterator[Served]:
    """The gateway on a clock that the test moves on."""
    async with serving(sandbox, timing=clock.timing, limit_mockups=2) as served:
        yield served


async def variants(gateway: Served, handle: str = "your-design-shirt") -> list[str]:
    found = await gateway.data(VARIANT.replace("HANDLE", handle))
    return [node["id"] for node in found["product"]["variants"]["nodes"]]


async def create(gateway: Served, variant: str, design: str = "design-001") -> Any:
    return (await gateway.data(CREATE, variant=variant, design=design))["mockupCreate"]


async def settled(gateway: Served, mockup_id: str) -> Any:
    """The mockup once it is no longer pending."""
    while True:
        found = (await gateway.data(MOCKUP, id=mockup_id))["mockup"]
        if found["state"] != "PENDING":
            return found
        await asyncio.sleep(0)


def picture(response: httpx.Response) -> Image.Image:
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(response.content))


def tasks(gateway: Served) -> int:
    """How many mockup tasks Printful has been asked for."""
    return sum("create-task" in seen.path for seen in gateway.sandbox.faults.log)


async def test_a_mockup_exists_at_once_and_printfuls_picture_later(slow: Served, clock: Waiting) -> None:
    made = await create(slow, (await variants(slow))[0])

    assert made["state"] == "PENDING"
    assert made["printfulUrl"] is None
    assert made["design"] == {"id": "design-001"}
    ours = picture(await slow.http.get(made["composedUrl"]))
    assert ours.size == (800, 800)

    clock.go_on.set()
    done = await settled(slow, made["id"])
    assert done["state"] == "READY"
    assert picture(await slow.http.get(done["printfulUrl"])).size == (800, 800)
    assert clock.slept[0] >= 10


async def test_printfuls_picture_stays_when_its_own_address_expires(slow: Served, clock: Waiting) -> None:
    made = await create(slow, (await variants(slow))[0])
    clock.go_on.set()
    done = await settled(slow, made["id"])
    slow.sandbox.store.clock.advance(2 * 86_400)

    assert picture(await slow.http.get(done["printfulUrl"]))


async def test_concurrent_requests_for_one_mockup_make_one(slow: Served, clock: Waiting) -> None:
    first, second = (await variants(slow))[:2]
    made = await asyncio.gather(*(create(slow, first) for _ in range(5)), create(slow, second))
    clock.go_on.set()
    for each in made:
        assert (await settled(slow, each["id"]))["state"] == "READY"

    assert len({each["id"] for each in made}) == 2
    assert (await create(slow, first))["state"] == "READY"
    assert tasks(slow) == 2


async def test_a_client_has_a_limit_of_new_mockups_an_hour(slow: Served, clock: Waiting) -> None:
    shirt = (await variants(slow))[0]
    for design in ("design-001", "design-002", "design-001"):
        await create(slow, shirt, design)
    refused = await slow.ask(CREATE, {"variant": shirt, "design": "design-003"}, status=429)
    clock.now_s += 3600

    assert refused["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert (await create(slow, shirt, "design-003"))["state"] == "PENDING"


async def test_our_own_picture_needs_no_printful(gateway: Served) -> None:
    shirt = (await variants(gateway))[0]
    gateway.sandbox.faults.add("printful", "status", status=400)
    made = await create(gateway, shirt)

    assert (await settled(gateway, made["id"]))["state"] == "FAILED"
    assert picture(await gateway.http.get(made["composedUrl"])).getpixel((2, 2)) is not None


async def test_a_failed_mockup_is_retried_on_the_next_request(slow: Served, clock: Waiting) -> None:
    shirt = (await variants(slow))[0]
    slow.sandbox.faults.add("printful", "status", status=400, times=1)
    made = await create(slow, shirt)
    assert (await settled(slow, made["id"]))["state"] == "FAILED"
    clock.go_on.set()
    await create(slow, shirt)

    assert (await settled(slow, made["id"]))["state"] == "READY"


@pytest.mark.parametrize(
    ("handle", "design", "said"),
    [
        ("your-design-shirt", "none", "There is no design 'none'"),
        ("roastery-crest-shirt", "design-001", "does not choose a design"),
    ],
)
async def test_a_mockup_that_is_impossible_is_refused_with_a_reason(
    gateway: Served, handle: str, design: str, said: str
) -> None:
    variant = (await variants(gateway, handle))[0]
    answer = await gateway.ask(CREATE, {"variant": variant, "design": design})

    assert answer["data"] == {"mockupCreate": None}
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert said in answer["errors"][0]["message"]


async def test_an_unknown_mockup_is_null_and_has_no_pictures(gateway: Served) -> None:
    assert (await gateway.data(MOCKUP, id="none"))["mockup"] is None
    for name in ("none", "none-printful"):
        assert (await gateway.http.get(f"/mockups/{name}.png")).status_code == 404


async def test_a_mockup_is_known_for_30_days(slow: Served, clock: Waiting) -> None:
    made = await create(slow, (await variants(slow))[0])
    clock.go_on.set()
    await settled(slow, made["id"])
    clock.now_s += 29 * 86_400
    assert (await slow.data(MOCKUP, id=made["id"]))["mockup"]["state"] == "READY"
    clock.now_s += 2 * 86_400

    assert (await slow.data(MOCKUP, id=made["id"]))["mockup"] is None


def design_of(art: str) -> str:
    """A catalogue of one design whose print file is at a path of the sandbox."""
    address = f"http://localhost:8000{art}"
    return json.dumps([{"id": "lost", "name": "Lost", "thumbnailUrl": address, "fullImageUrl": address}])


@pytest.mark.parametrize("art", ["/sandbox/designs/gone.png", "/sandbox/designs.json"])
async def test_a_mockup_with_missing_or_invalid_art_fails_for_good(sandbox: Sandbox, art: str) -> None:
    async with serving(sandbox, designs_json=design_of(art)) as gateway:
        sandbox.faults.add("printful", "status", status=400)
        made = await create(gateway, (await variants(gateway))[0], "lost")
        await settled(gateway, made["id"])
        answers = [await gateway.http.get(made["composedUrl"]) for _ in range(3)]
        state = (await gateway.data(MOCKUP, id=made["id"]))["mockup"]["state"]

    assert [each.status_code for each in answers] == [410] * 3
    assert all("retry-after" not in each.headers for each in answers)
    assert "Choose another design" in answers[0].text
    assert state == "FAILED"


async def test_a_mockup_whose_art_is_temporarily_missing_can_be_retried(sandbox: Sandbox) -> None:
    class Failing(httpx.AsyncBaseTransport):
        is_down = True

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if self.is_down and request.url.path.startswith("/sandbox/designs/"):
                return httpx.Response(503)
            return await sandbox.transport().handle_async_request(request)

    transport = Failing()
    settings: dict[str, Any] = {"graphiql": False, "sweep_minutes": 0}
    app = create_app(GivenSettings(**settings), sandbox=sandbox, transport=transport)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as http,
    ):
        gateway = Served(http, http, sandbox)
        made = await create(gateway, (await variants(gateway))[0])
        down = await http.get(made["composedUrl"])
        transport.is_down = False

        assert (down.status_code, down.headers["retry-after"]) == (503, "5")
        assert picture(await http.get(made["composedUrl"]))
