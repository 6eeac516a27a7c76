"""A caching proxy with tags, as strict as Cloudflare and Fastly are documented to be."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import orjson

LIMIT_BYTES = 16_000
LIMIT_TAGS = 1_000
TOKEN = "cdn-token-0123456789"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The header names, endpoints and limits of a provider."""

    name: str
    tags_header: str
    separator: str
    lifetime_header: str
    respects_age: bool
    purge_path: str
    body_key: str
    token_header: tuple[str, str]
    most_per_purge: int
    tells_capitals: bool

    @property
    def settings(self) -> dict[str, str]:
        """The gateway's settings for it."""
        place = "cloudflare_zone_id" if self.name == "cloudflare" else "fastly_service_id"
        return {"cdn": self.name, place: "place1", f"{self.name}_api_token": TOKEN}


CLOUDFLARE = Dialect(
    name="cloudflare",
    tags_header="cache-tag",
    separator=",",
    lifetime_header="cdn-cache-control",
    respects_age=True,
    purge_path="/client/v4/zones/place1/purge_cache",
    body_key="tags",
    token_header=("authorization", f"Bearer {TOKEN}"),
    most_per_purge=100,
    tells_capitals=False,
)
FASTLY = Dialect(
    name="fastly",
    tags_header="surrogate-key",
    separator=" ",
    lifetime_header="surrogate-control",
    respects_age=False,
    purge_path="/service/place1/purge",
    body_key="surrogate_keys",
    token_header=("fastly-key", TOKEN),
    most_per_purge=256,
    tells_capitals=True,
)


@dataclass
class Stored:
    response: httpx.Response
    tags: frozenset[str]
    until_s: float


@dataclass
class CachingProxy(httpx.AsyncBaseTransport):
    """Caches GET answers of the gateway. It is also the transport to the provider's API.

    `faults`: what the next purges are answered with instead: a status, or an exception.
    """

    dialect: Dialect
    clock: Callable[[], float]
    stored: dict[tuple[str, ...], Stored] = field(default_factory=dict)
    purges: list[frozenset[str]] = field(default_factory=list)
    faults: list[int | Exception] = field(default_factory=list)
    hits: int = 0
    misses: int = 0

    async def get(self, http: httpx.AsyncClient, query: str) -> httpx.Response:
        """A visitor's response through the proxy."""
        request = http.build_request("GET", "/graphql", params={"query": query}, headers={"graphql-preflight": "1"})
        key = (str(request.url), request.headers["accept"], request.headers.get("accept-language", ""))
        found = self.stored.get(key)
        if found is not None and self.clock() < found.until_s:
            self.hits += 1
            return found.response
        self.misses += 1
        response = await http.send(request)
        self.store(key, response)
        return response

    def store(self, key: tuple[str, ...], response: httpx.Response) -> None:
        """Caches a response of the origin if its headers allow that."""
        lifetime = response.headers.get(self.dialect.lifetime_header, "")
        age_s = int(response.headers.get("age", 0)) if self.dialect.respects_age else 0
        found = re.search(r"max-age=(\d+)", lifetime)
        text = response.headers.get(self.dialect.tags_header, "")
        assert len(text) <= LIMIT_BYTES, "the provider drops tags beyond this"
        tags = text.split(self.dialect.separator)
        assert len(tags) <= LIMIT_TAGS, "the provider drops tags beyond this"
        if response.status_code != 200 or found is None or int(found[1]) <= age_s:
            return
        self.stored[key] = Stored(response, self._as_compared(tags), self.clock() + int(found[1]) - age_s)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            headers = {"retry-after": "7"} if fault == 429 else {}
            return httpx.Response(fault, headers=headers, json={"success": False})
        name, value = self.dialect.token_header
        if request.url.path != self.dialect.purge_path:
            return httpx.Response(404, json={"success": False})
        if request.headers.get(name) != value:
            return httpx.Response(401, json={"success": False})
        tags = orjson.loads(await request.aread())[self.dialect.body_key]
        if not 0 < len(tags) <= self.dialect.most_per_purge:
            return httpx.Response(400, json={"success": False})
        purged = self._as_compared(tags)
        self.purges.append(purged)
        self.stored = {key: each for key, each in self.stored.items() if not each.tags & purged}
        return httpx.Response(200, json={"success": True, "status": "ok"})

    def _as_compared(self, tags: list[str]) -> frozenset[str]:
        return frozenset(tags if self.dialect.tells_capitals else (tag.lower() for tag in tags))
