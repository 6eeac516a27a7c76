"""Staff access: callers with a staff token, each under a name."""

import hashlib
import hmac
from collections.abc import Mapping

UNNAMED = "staff"
"""The name of whoever has STAFF_TOKEN, which is nobody's own."""


class StaffAccess:
    """Checks tokens against the staff tokens. Without a staff token, no caller is staff.

    `token` is the common one. `named` maps a staff member's name to a token of their own.
    """

    def __init__(self, token: str | None, named: Mapping[str, str] | None = None) -> None:
        self._tokens = {name: each.encode() for name, each in (named or {}).items() if each}
        if token:
            self._tokens = {UNNAMED: token.encode(), **self._tokens}

    @property
    def is_on(self) -> bool:
        """Whether there is any staff token."""
        return bool(self._tokens)

    def allows(self, authorization: bytes | None) -> bool:
        """Whether an Authorization header has a staff token (`Bearer <token>`)."""
        return self.name_in(authorization) is not None

    def name_in(self, authorization: bytes | None) -> str | None:
        """The name of the staff member whose token an Authorization header has."""
        if authorization is None:
            return None
        scheme, _, shown = authorization.partition(b" ")
        return self.name_of(shown.strip()) if scheme.lower() == b"bearer" else None

    def name_of(self, token: bytes) -> str | None:
        """The name of the staff member with that token; None for a wrong one. Runs in constant time."""
        found = None
        for name, each in self._tokens.items():
            if hmac.compare_digest(token, each):
                found = name
        return found

    def knows(self, name: str) -> bool:
        """Whether there is a staff member with that name."""
        return name in self._tokens

    def fingerprint(self) -> bytes:
        """A digest of all names and tokens, which changes when any of them does."""
        digest = hashlib.sha256()
        for name, token in sorted(self._tokens.items()):
            digest.update(f"{name}\0".encode() + token + b"\0")
        return digest.digest()
