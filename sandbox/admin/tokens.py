"""Access tokens of Admin's stand-in: one permanent token, and tokens granted for client credentials."""

from datetime import datetime, timedelta
from itertools import count

from sandbox.store import Store

PERMANENT = "sandbox-admin"
CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 the sandbox's own, for nobody else
LIFE_S = 86_399


class Tokens:
    """The tokens of one store. Granted ones expire by the store's clock."""

    def __init__(self, store: Store) -> None:
        self._now = store.clock.now
        self._numbers = count(1)
        self._ends: dict[str, datetime] = {}

    def grant(self, client_id: object, client_secret: object) -> str | None:
        """A new token; None for wrong credentials."""
        if (client_id, client_secret) != (CLIENT_ID, CLIENT_SECRET):
            return None
        token = f"sandbox-granted-{next(self._numbers)}"
        self._ends[token] = self._now() + timedelta(seconds=LIFE_S)
        return token

    def accepts(self, token: str | None) -> bool:
        if token is None:
            return False
        end = self._ends.get(token)
        return token == PERMANENT or (end is not None and self._now() < end)
