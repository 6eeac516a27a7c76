"""Reads the Storefront objects that gateway fields name by id, batched, and joins them together."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from msgspec import UNSET, Raw
from strawberry.dataloader import DataLoader

from clients.errors import Broken, UpstreamError
from clients.upstreams import UpstreamName
from resolvers.public_errors import PublicError
from schema.execution.by_id import MAX_IDS
from schema.execution.envelope import ObjectsByShape, Shape, StorefrontStruct, type_name_of
from schema.execution.evaluation import Evaluation
from schema.execution.joins import join_all
from schema.execution.projection import Place
from schema.execution.split import ByIdUse, Lookup

SendLookup = Callable[[Mapping[str, list[str]]], Awaitable[bytes]]
"""Sends ids to Storefront, by the names of a lookup's uses; returns the answer's data. Raises UpstreamError."""

_read_nodes = msgspec.json.Decoder(dict[str, list[Raw] | None] | None).decode


class ObjectLookup:
    """The objects of one run, by place and id. `shapes`: what the operation selects of them, by place."""

    def __init__(self, lookup: Lookup, shapes: Mapping[Place, Shape], evaluation: Evaluation, send: SendLookup) -> None:
        self._uses = lookup.uses
        self._shapes = shapes
        self._evaluation = evaluation
        self._send = send
        self._loader: DataLoader[tuple[Place, str], StorefrontStruct | None] = DataLoader(
            load_fn=self._load, max_batch_size=MAX_IDS
        )

    async def object(self, place: Place, global_id: str) -> StorefrontStruct | None:
        """The object, joined; None when there is none of that id and type. Raises UpstreamError."""
        return await self._loader.load((place, global_id))

    async def _load(self, requested: list[tuple[Place, str]]) -> list[StorefrontStruct | Exception | None]:
        ids: dict[str, list[str]] = {use.name: [] for use in self._uses.values()}
        for place, global_id in requested:
            ids[self._uses[place].name].append(global_id)
        try:
            nodes = _read_nodes(await self._send(ids)) or {}
            found: ObjectsByShape = {}
            objects = {
                (name, global_id): node
                for name, asked in ids.items()
                for global_id, node in zip(asked, nodes.get(name) or (), strict=False)
            }
            read = [self._read(place, objects.get((self._uses[place].name, each)), found) for place, each in requested]
        except (UpstreamError, PublicError) as error:
            return [error] * len(requested)
        except msgspec.DecodeError as error:
            return [Broken(UpstreamName.STOREFRONT, "nodes", str(error))] * len(requested)
        await join_all(found, self._evaluation)
        for shape, joined in found.items():
            for attribute in shape.hidden:
                for each in joined:
                    setattr(each, attribute, UNSET)
        return list(read)

    def _read(self, place: Place, node: Raw | None, found: ObjectsByShape) -> StorefrontStruct | None:
        use: ByIdUse = self._uses[place]
        if node is None or bytes(node) == b"null" or type_name_of(node) != use.type_name:
            return None
        shape = self._shapes[place]
        return shape.collect(shape.decode(node), found)
