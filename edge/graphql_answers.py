"""Sends answers of the graph: their headers, validators and compressed forms.

A cached answer passes here in a few microseconds, so what answers have in common is made once.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from starlette.types import Scope, Send

from clients.cache.answers import Cached
from clients.cdn.keys import answer_keys
from clients.cdn.provider import Cdn, CdnLifetime
from edge.answer_cycle import AnswerCycle
from edge.bodies import HttpRefusal
from edge.compression import StoredBody
from edge.graphql_requests import GRAPHQL_RESPONSE, JSON
from edge.metrics import RequestMetrics
from edge.request_ids import REQUEST_ID
from edge.security_headers import SECURITY_HEADERS, Line
from resolvers.public_errors import ErrorCode, PublicError
from schema.execution.respond import refusal

_CONTENT_TYPES = {each: (b"content-type", f"{each}; charset=utf-8".encode()) for each in (JSON, GRAPHQL_RESPONSE)}
_ANY_ID = "the-id-of-the-request"
_NO_STORE = (b"cache-control", b"no-store")
_OF_A_VISITOR = frozenset({b"server-timing", b"set-cookie"})
_VARY = (
    b"Accept, Accept-Encoding, Accept-Language, Authorization, Origin, Shopify-Storefront-Id, "
    b"X-Shopify-Storefront-Access-Token"
)
_COMMON = (
    (b"vary", _VARY),
    *SECURITY_HEADERS,
)


class GraphQLAnswers:
    """Sends answers. `headers`: what all of them have besides."""

    def __init__(self, metrics: RequestMetrics, headers: Mapping[str, str]) -> None:
        self._metrics = metrics
        self._common = (*_COMMON, *lines(headers))
        self._heads: dict[str, bytes] = {}

    async def refuse(self, send: Send, media_type: str, refused: HttpRefusal, request_id: bytes) -> None:
        """Sends a refusal as a GraphQL answer."""
        before, after = _refusal(refused.code, refused.message)
        body = before + request_id + after
        await self.send_once(send, refused.status, media_type, body, request_id, lines(refused.headers))

    async def send_once(
        self,
        send: Send,
        status: int,
        media_type: str,
        body: bytes,
        request_id: bytes,
        more: Iterable[Line] = (),
    ) -> None:
        """Sends an answer that nobody may store."""
        await self._send(send, status, media_type, body, (_NO_STORE, (REQUEST_ID, request_id), *more))

    async def send_stored(
        self,
        send: Send,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        media_type: str,
        entry: Cached[StoredBody],
        request_id: bytes,
        shopify_headers: Sequence[Line] = (),
        cdn: Cdn | None = None,
    ) -> None:
        """Sends a cached answer, or 304 when the caller has it already. `cdn`: the one in front of the gateway."""
        stored = entry.value
        age_s = int(entry.age_s)
        is_personal = any(name in _OF_A_VISITOR for name, _ in shopify_headers)
        # Rounded up slightly, because the sum is not exactly a lifetime of whole seconds.
        freshness = (_NO_STORE,) if is_personal else _freshness(age_s, int(entry.age_s + entry.fresh_for_s + 0.001))
        more = [*freshness, (REQUEST_ID, request_id), *shopify_headers]
        if scope["method"] == "GET":
            if cdn is not None and not is_personal:
                more += _for_cdn(cdn, entry)
            more.append((b"etag", stored.etag.encode()))
            if stored.is_known_to(headers.get(b"if-none-match")):
                await self._send(send, 304, media_type, b"", more)
                return
        body, encoding = stored.accepted(headers.get(b"accept-encoding"))
        if encoding:
            more.append((b"content-encoding", encoding.encode()))
        if not shopify_headers and self._sent_whole(send, media_type, body, more):
            return
        await self._send(send, 200, media_type, body, more)

    def _sent_whole(self, send: Send, media_type: str, body: bytes, more: Iterable[Line]) -> bool:
        """Whether the answer could be sent the short way: nothing stands between the gateway and uvicorn."""
        cycle = getattr(send, "__self__", None)
        if type(cycle) is not AnswerCycle:
            return False
        head = self._heads.get(media_type)
        if head is None:
            head = self._heads[media_type] = _written([_content_type(media_type), *self._common])
        if not cycle.send_whole(200, b"%bcontent-length: %d\r\n%b" % (head, len(body), _written(more)), body):
            return False
        self._metrics.answers[("/graphql", 200)] += 1
        return True

    async def _send(self, send: Send, status: int, media_type: str, body: bytes, more: Iterable[Line]) -> None:
        self._metrics.answers[("/graphql", status)] += 1
        head = [_content_type(media_type), (b"content-length", b"%d" % len(body)), *self._common, *more]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})


def _content_type(media_type: str) -> Line:
    return _CONTENT_TYPES.get(media_type) or (b"content-type", f"{media_type}; charset=utf-8".encode())


def _written(headers: Iterable[Line]) -> bytes:
    return b"".join([b"%b: %b\r\n" % line for line in headers])


def lines(headers: Mapping[str, str]) -> list[Line]:
    """Headers in ASGI form."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


@lru_cache(256)
def _refusal(code: ErrorCode, message: str) -> tuple[bytes, bytes]:
    """The body of a refusal before and after the request's id, made once: in an overload there are many."""
    before, _, after = refusal([PublicError(code, message)], _ANY_ID).body.partition(_ANY_ID.encode())
    return before, after


def _for_cdn(cdn: Cdn, entry: Cached[StoredBody]) -> tuple[Line, Line]:
    """What the CDN in front of the gateway has to know of a cached answer: its keys and its lifetimes."""
    stored = entry.value
    if stored.cdn_keys is None:
        stored.cdn_keys = cdn.tagged(answer_keys(entry.tags, entry.policy.kinds))
    stale_from_s = entry.age_s + entry.fresh_for_s
    stale_until_s = entry.policy.fresh_s + entry.policy.stale_while_revalidate_s
    lifetime = CdnLifetime(
        age_s=int(entry.age_s),
        fresh_for_s=int(entry.fresh_for_s + 0.001),
        stale_while_revalidate_s=max(0, int(stale_until_s - stale_from_s + 0.001)),
        stale_if_error_s=int(entry.policy.stale_if_error_s),
    )
    return stored.cdn_keys, cdn.lifetime(lifetime)


@lru_cache(1_024)
def _freshness(age_s: int, max_age_s: int) -> tuple[Line, Line]:
    """The caching headers for caches between us and the caller."""
    return (b"cache-control", b"public, max-age=%d" % max_age_s), (b"age", b"%d" % age_s)
