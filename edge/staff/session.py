"""Sessions of the staff desk, stored only in an encrypted and signed cookie.

docs/decisions explains why. The key comes from all staff tokens and STAFF_SESSION_SECRET: when one of them changes, all
sessions end. `cryptography` is imported with the first session, so that starting the gateway does not wait for it.
"""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import TYPE_CHECKING

from edge.staff.access import StaffAccess

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

MESSAGE_S = 120
_LONGEST_COOKIE = 4096
_LONGEST_MESSAGE = 600  # letters, each of at most four bytes


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in staff member. Each form contains `form_token`, so other sites cannot forge it."""

    name: str
    form_token: str

    def sent(self, form_token: str) -> bool:
        """Whether the form belongs to this session."""
        return compare_digest(form_token.encode(), self.form_token.encode())


@dataclass(frozen=True, slots=True)
class OutcomeMessage:
    """The outcome of an action, shown once on the next page."""

    text: str
    is_refusal: bool


class StaffSessions:
    """Creates and reads the desk's cookies. `lifetime_s` counts from signing in."""

    def __init__(
        self, access: StaffAccess, secret: str | None, *, lifetime_s: int, now: Callable[[], datetime]
    ) -> None:
        self._access = access
        self._now = now
        self.lifetime_s = lifetime_s
        self._sessions = _cipher(access.fingerprint(), secret or "", b"session")
        self._messages = _cipher(access.fingerprint(), secret or "", b"message")

    def begin(self, name: str) -> str:
        """The cookie of a new session."""
        return self._written(self._sessions, {"name": name, "form": secrets.token_urlsafe(24)})

    def read(self, cookie: str | None) -> StaffSession | None:
        """The session in a cookie; None if it is forged or expired, or its owner is not staff any more."""
        values = self._read(self._sessions, cookie, self.lifetime_s)
        if values is None or not self._access.knows(values["name"]):
            return None
        return StaffSession(values["name"], values["form"])

    def message(self, message: OutcomeMessage) -> str:
        """The cookie with the message for the next page."""
        return self._written(self._messages, {"text": message.text[:_LONGEST_MESSAGE], "refusal": message.is_refusal})

    def read_message(self, cookie: str | None) -> OutcomeMessage | None:
        """The message in a cookie, if there is one."""
        values = self._read(self._messages, cookie, MESSAGE_S)
        return None if values is None else OutcomeMessage(values["text"], bool(values["refusal"]))

    def _written(self, cipher: "Fernet", values: dict[str, object]) -> str:
        content = json.dumps(values, ensure_ascii=False).encode()
        return cipher.encrypt_at_time(content, self._seconds()).decode().rstrip("=")  # cookies have no `=`

    def _read(self, cipher: "Fernet", cookie: str | None, lifetime_s: int) -> dict[str, str] | None:
        if not cookie or len(cookie) > _LONGEST_COOKIE or not cookie.isascii():
            return None
        from cryptography.fernet import InvalidToken

        try:
            padded = cookie + "=" * (-len(cookie) % 4)
            values: dict[str, str] = json.loads(cipher.decrypt_at_time(padded, lifetime_s, self._seconds()))
        except InvalidToken:
            return None
        return values

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def _cipher(fingerprint: bytes, secret: str, purpose: bytes) -> "Fernet":
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(algorithm=SHA256(), length=32, salt=secret.encode(), info=b"kynda staff " + purpose)
    return Fernet(base64.urlsafe_b64encode(key.derive(fingerprint)))
