"""Operations by hash or id: Apollo's automatic persisted queries, and trusted documents from a manifest."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cachetools import LRUCache

from edge.bodies import HttpRefusal
from resolvers.public_errors import ErrorCode

_SHA256 = re.compile(r"[0-9a-f]{64}")
_APOLLOS_FORMAT = "apollo-persisted-query-manifest"
_PREFIX = "sha256:"
MAX_NEW = 100
SHARED_S = 7 * 24 * 3600.0
# What clients compare with to the letter before they send the text.
_NOT_FOUND = "PersistedQueryNotFound"
_NOT_SUPPORTED = "PersistedQueryNotSupported"


def read_manifest(path: Path) -> dict[str, str]:
    """The documents of a manifest by id, as graphql-codegen, Relay and Apollo write it. Raises ValueError, OSError."""
    manifest = json.loads(path.read_text())
    if isinstance(manifest, dict) and manifest.get("format") == _APOLLOS_FORMAT:
        manifest = {each["id"]: each["body"] for each in manifest.get("operations", [])}
    if not isinstance(manifest, dict) or not all(isinstance(text, str) for text in manifest.values()):
        raise ValueError("it is not a manifest: it has to be a JSON object of document texts by id, or Apollo's format")
    return manifest


class UnknownDocument(HttpRefusal):
    """No document of that hash is known to this process."""

    def __init__(self, sha256: str) -> None:
        super().__init__(200, _NOT_FOUND, code=ErrorCode.PERSISTED_QUERY_NOT_FOUND)
        self.sha256 = sha256


class Documents:
    """The texts of operations that requests name by hash or id.

    trusted: documents by id. only_trusted: no other document runs. max_bytes: the memory for those that clients
    register by hash; 0 turns that off.
    """

    def __init__(
        self, trusted: Mapping[str, str] | None = None, *, only_trusted: bool = False, max_bytes: int = 0
    ) -> None:
        trusted = trusted or {}
        self._trusted = {**{_hash(text): text for text in trusted.values()}, **trusted}
        self._trusted_texts = frozenset(trusted.values())
        self._only_trusted = only_trusted
        self._max_bytes = max_bytes
        self._new: list[tuple[str, str]] = []
        self._registered: LRUCache[str, str] = LRUCache(max(1, max_bytes), getsizeof=lambda text: len(text) + 500)

    @property
    def registered_bytes(self) -> int:
        """The memory that registered documents take, about."""
        return int(self._registered.currsize)

    def text_of(self, request: Mapping[str, Any], extensions: Mapping[str, Any]) -> str:
        """The text of the operation that a request sends or names. Raises HttpRefusal."""
        query = request.get("query")
        if query is not None and not isinstance(query, str):
            raise HttpRefusal(400, "The request has no operation: send its text as the string `query`.")
        persisted = extensions.get("persistedQuery")
        if persisted is not None:
            text = self._of_hash(_sha256_of(persisted), query)
        elif not query and request.get("documentId") is not None:
            text = self._of_id(request["documentId"])
        elif query:
            text = query
        else:
            raise HttpRefusal(400, "The request has no operation: send its text as the string `query`.")
        if self._only_trusted and text not in self._trusted_texts:
            problem = "Only trusted documents run here: send the `documentId` of one, or add yours to the manifest."
            raise HttpRefusal(403, problem, code=ErrorCode.FORBIDDEN)
        return text

    def _of_hash(self, sha256: str, query: str | None) -> str:
        if query:
            if _hash(query) != sha256:
                raise HttpRefusal(400, "`sha256Hash` is not the hash of `query`: send the hash of the text as it is.")
            self._register(sha256, query)
            return query
        found = self._trusted.get(sha256) or self._registered.get(sha256)
        if found is not None:
            return found
        if not self._max_bytes:
            raise HttpRefusal(200, _NOT_SUPPORTED, code=ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED)
        raise UnknownDocument(sha256)

    def learn(self, sha256: str, text: bytes | None) -> bool:
        """Registers a document that another process knows; False for anything but the text of that hash."""
        if text is None or hashlib.sha256(text).hexdigest() != sha256:
            return False
        try:
            self._register(sha256, text.decode(), is_new=False)
        except UnicodeDecodeError:
            return False
        return sha256 in self._registered

    def take_new(self) -> list[tuple[str, str]]:
        """The documents that were registered since the last call, by hash."""
        new, self._new = self._new, []
        return new

    def _of_id(self, document_id: Any) -> str:
        if not isinstance(document_id, str):
            raise HttpRefusal(400, "`documentId` is not a string.")
        found = self._trusted.get(document_id) or self._trusted.get(document_id.removeprefix(_PREFIX))
        if found is None:
            found = self._registered.get(document_id.removeprefix(_PREFIX))
        if found is None and _SHA256.fullmatch(document_id.removeprefix(_PREFIX)) is not None and self._max_bytes:
            raise UnknownDocument(document_id.removeprefix(_PREFIX))
        if found is None:
            raise HttpRefusal(200, _NOT_FOUND, code=ErrorCode.PERSISTED_QUERY_NOT_FOUND)
        return found

    def _register(self, sha256: str, query: str, *, is_new: bool = True) -> None:
        if self._max_bytes and len(query) + 500 <= self._max_bytes and not self._only_trusted:
            if is_new and sha256 not in self._registered:
                self._new = [*self._new[-MAX_NEW:], (sha256, query)]
            self._registered[sha256] = query


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sha256_of(persisted: Any) -> str:
    if not isinstance(persisted, dict):
        raise HttpRefusal(400, "`extensions.persistedQuery` is not an object.")
    if persisted.get("version") != 1 or isinstance(persisted.get("version"), bool):
        raise HttpRefusal(400, "`extensions.persistedQuery.version` is not 1, the only version there is.")
    sha256 = persisted.get("sha256Hash")
    if not isinstance(sha256, str) or _SHA256.fullmatch(sha256.lower()) is None:
        raise HttpRefusal(400, "`extensions.persistedQuery.sha256Hash` is not 64 hexadecimal digits.")
    return sha256.lower()
