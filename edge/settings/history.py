"""Settings of the optional history."""

from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from clients.history.rows import HistoryAddressUnusable, HistoryStore
from edge.settings.types import secret_text

_PACKAGES = {"sqlite": "aiosqlite", "postgresql": "asyncpg", "postgres": "asyncpg"}


def _database_address(secret: SecretStr) -> SecretStr:
    if secret.get_secret_value().partition("://")[0] not in _PACKAGES:
        raise ValueError("it begins with neither sqlite:/// nor postgresql://: write sqlite:///history.db")
    return secret


class HistorySettings(BaseModel):
    """The history of orders, for people who look further back than Shopify does."""

    database_url: Annotated[SecretStr, AfterValidator(_database_address)] | None = Field(
        None,
        description=(
            "A database for the history of orders: `sqlite:///history.db` or `postgresql://user@host/name` (`pip "
            "install 'kynda-gateway[history]'`). It is never read to decide anything. Unset: no history."
        ),
        examples=["sqlite:///history.db"],
    )

    def history_problems(self) -> list[str]:
        """What prevents a history, a sentence each."""
        url = secret_text(self.database_url)
        if url is None:
            return []
        missing = [name for name in ("sqlalchemy", _PACKAGES[url.partition("://")[0]]) if find_spec(name) is None]
        if missing:
            return [f"DATABASE_URL is set, and {missing[0]} is missing: run `pip install 'kynda-gateway[history]'`."]
        from clients.history.database import driver_url

        try:
            driver_url(url)
        except HistoryAddressUnusable as problem:
            return [f"DATABASE_URL cannot be used: {problem}."]
        return []

    def history_store(self, connect: Callable[[], Awaitable[Any]] | None = None) -> HistoryStore | None:
        """The history's database; None without one. `connect` makes its connections in place of the driver."""
        url = secret_text(self.database_url)
        if url is None:
            return None
        from clients.history.database import HistoryDatabase

        return HistoryDatabase(url, connect=connect)
