"""Shopify Admin's access token: a permanent one, or one granted for client credentials and renewed in time.

The grant is requested with httpx. Shopify's `shopifyapp` has it too, but has three faults here. It builds the
address itself, so no stand-in or proxy can be used. It checks the token's life by its own wall clock only. It
hides a failure's status, which separates a wrong secret from an outage.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import httpx
import orjson

from clients.admin.errors import UPSTREAM
from clients.errors import Broken, Denied, UpstreamError
from clients.http import no_answer, refusal
from clients.tracing import upstream_span

HEADER = "X-Shopify-Access-Token"
_OPERATION = "access_token"
_RENEW_AT = 0.8  # of the token's life


class AccessTokens(Protocol):
    """The source of the client's token."""

    async def current(self) -> str:
        """A token to send. Raises UpstreamError."""
        ...

    async def instead_of(self, refused: str) -> str | None:
        """A token newer than one that was refused; None when there is no other. Raises UpstreamError."""
        ...


@dataclass(frozen=True, slots=True)
class StaticToken:
    """The permanent token of an app made in a shop's admin."""

    token: str = field(repr=False)

    async def current(self) -> str:
        return self.token

    async def instead_of(self, refused: str) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An app of the shop's own organisation. `url` is the shop's `/admin/oauth/access_token`."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)


class GrantedToken:
    """Tokens for client credentials: stored, and renewed at 80 % of their life or when refused.

    Concurrent callers share one renewal. `clock` returns monotonic seconds.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        credentials: ClientCredentials,
        *,
        clock: Callable[[], float],
        deadline_s: float = 10.0,
    ) -> None:
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._deadline_s = deadline_s
        self._token: str | None = None
        self._renew_at = 0.0
        self._renewal: asyncio.Task[str] | None = None

    async def current(self) -> str:
        if self._token is not None and self._clock() < self._renew_at:
            return self._token
        return await self._renewed()

    async def instead_of(self, refused: str) -> str | None:
        if self._token is not None and self._token != refused:
            return self._token  # another caller has renewed it meanwhile
        return await self._renewed()

    async def _renewed(self) -> str:
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(self._renewal_over)
        # Shielded: a caller that is cancelled must not cancel the renewal for others.
        return await asyncio.shield(self._renewal)

    def _renewal_over(self, task: asyncio.Task[str]) -> None:
        self._renewal = None
        if not task.cancelled():
            task.exception()  # retrieved, even if every caller was cancelled

    async def _renew(self) -> str:
        asked_at = self._clock()
        try:
            async with asyncio.timeout(self._deadline_s):
                with upstream_span(UPSTREAM, _OPERATION):
                    response = await self._http.post(
                        self._credentials.url,
                        json={
                            "grant_type": "client_credentials",
                            "client_id": self._credentials.client_id,
                            "client_secret": self._credentials.client_secret,
                        },
                        headers={"Accept": "application/json"},
                        timeout=None,
                    )
        except (TimeoutError, httpx.HTTPError) as error:
            raise no_answer(UPSTREAM, _OPERATION, error) from error
        failure = _grant_refusal(response)
        if failure is not None:
            raise failure
        token, life_s = _read_grant(response)
        self._token, self._renew_at = token, asked_at + life_s * _RENEW_AT
        return token


def _grant_refusal(response: httpx.Response) -> UpstreamError | None:
    if response.status_code == 400:  # invalid_client, shop_not_permitted, ...: all are faults of our configuration
        return Denied(UPSTREAM, _OPERATION, f"HTTP 400 {_stated_error(response)}".strip())
    return refusal(UPSTREAM, _OPERATION, response, _stated_error(response))


def _stated_error(response: httpx.Response) -> str:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return ""
    return str(body.get("error", "")) if isinstance(body, dict) else ""


def _read_grant(response: httpx.Response) -> tuple[str, float]:
    try:
        body = orjson.loads(response.content)
        token, life_s = body["access_token"], float(body["expires_in"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Broken(UPSTREAM, _OPERATION, type(error).__name__) from error
    if not isinstance(token, str) or not token:
        raise Broken(UPSTREAM, _OPERATION, "no token")
    return token, life_s
