"""Reads the Storefront objects that gateway fields name by id, batched, for operations that the executor runs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql.pyutils import Path
from strawberry.dataloader import DataLoader

from clients.errors import UpstreamError
from resolvers.public_errors import PublicError
from schema.execution.split import Lookup
from schema.execution.syntax import TYPENAME

MAX_IDS = 250
"""How many ids Storefront takes at once."""

Place = tuple[str, ...]


class Objects:
    """Reads objects for one operation; concurrent reads share one request.

    `send` requests ids by the names of a lookup's uses, and returns the root of the answer.
    """

    def __init__(self, lookup: Lookup, send: Callable[[Mapping[str, list[str]]], Awaitable[Mapping[str, Any]]]) -> None:
        self._lookup = lookup
        self._send = send
        self._loader: DataLoader[tuple[Place, str], dict[str, Any] | None] = DataLoader(
            load_fn=self._load, max_batch_size=MAX_IDS
        )

    async def object(self, path: Path, global_id: str) -> dict[str, Any] | None:
        """The object with what is selected at its place; None when none has that id and type."""
        place = tuple(key for key in path.as_list() if isinstance(key, str))
        return await self._loader.load((place, global_id))

    async def _load(self, requested: list[tuple[Place, str]]) -> list[dict[str, Any] | Exception | None]:
        uses = self._lookup.uses
        ids: dict[str, list[str]] = {use.name: [] for use in uses.values()}
        for place, global_id in requested:
            ids[uses[place].name].append(global_id)
        try:
            answer = await self._send(ids)
        except (UpstreamError, PublicError) as error:
            return [error] * len(requested)
        found = {
            (name, global_id): node
            for name, asked in ids.items()
            for global_id, node in zip(asked, answer.get(name) or (), strict=False)
        }
        return [self._of_type(place, found.get((uses[place].name, global_id))) for place, global_id in requested]

    def _of_type(self, place: Place, node: dict[str, Any] | None) -> dict[str, Any] | None:
        if node is None or node.get(TYPENAME) != self._lookup.uses[place].type_name:
            return None
        return node
