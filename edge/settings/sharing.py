"""Settings of several processes: how many there are, and what they share."""

import hashlib
import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from clients.shared.redis_link import CALL_S, address_problem
from edge.settings.tracing import TracingSettings

_SCHEMES = ("redis://", "rediss://", "unix://")
_CHANGE_NO_ANSWER = frozenset(
    (
        "database_url",
        "host",
        "port",
        "workers",
        "redis_url",
        "deadline_redis_s",
        "log_level",
        "sweep_minutes",
        "keep_alive_s",
        "trusted_proxies",
    )
)


def _redis_address(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().startswith(_SCHEMES):
        raise ValueError("it begins with none of redis://, rediss:// and unix://: write redis://host:6379/0")
    return secret


PER_PROCESS = (
    "each process has its own cache, limits of clients and budgets of upstreams, and a webhook about the catalogue "
    "reaches one of them"
)


class SharingSettings(BaseModel):
    """Several processes."""

    workers: int = Field(
        1,
        ge=1,
        le=64,
        description=(
            "The processes behind the port. With several set `REDIS_URL`, too: without it each caches, counts and "
            "invalidates for itself. The sandbox runs in one."
        ),
    )
    redis_url: Annotated[SecretStr, AfterValidator(_redis_address)] | None = Field(
        None,
        description=(
            "The address of a Redis or Valkey that the processes of this gateway share (`pip install "
            "'kynda-gateway[redis]'`). Unset, or while it is away: each process goes on by itself."
        ),
        examples=["redis://localhost:6379/0"],
    )

    deadline_redis_s: float = Field(
        CALL_S, gt=0, le=1, description="The seconds of a call to Redis. After that the gateway goes on without it."
    )

    def shared_or_not(self) -> list[str]:
        """What several processes share, and what each has for itself."""
        if self.workers == 1:
            return []
        if self.redis_url is not None:
            return [f"workers: {self.workers}; they share answers, changes, limits and budgets through Redis"]
        return [f"workers: {self.workers} without REDIS_URL; {PER_PROCESS}"]

    def sharing_problems(self) -> list[str]:
        """What prevents the use of Redis, a sentence each."""
        if self.redis_url is None:
            return []
        if find_spec("redis") is None:
            return ["REDIS_URL is set, and the package redis is missing: run `pip install 'kynda-gateway[redis]'`."]
        problem = address_problem(self.redis_url.get_secret_value())
        return [] if problem is None else [f"REDIS_URL cannot be used: {problem}."]


def answer_digest(settings: Mapping[str, Any], schema: bytes) -> str:
    """What processes have in common whose answers are alike: the schema, and the settings that change an answer."""
    told = {
        name: _plain(value)
        for name, value in settings.items()
        if name not in _CHANGE_NO_ANSWER and name not in TracingSettings.model_fields
    }
    text = json.dumps(told, sort_keys=True, default=str).encode()
    return hashlib.blake2b(text + b"\0" + schema, digest_size=12).hexdigest()


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
