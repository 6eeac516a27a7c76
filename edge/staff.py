"""Who is staff: callers with the staff token."""

import hmac


class StaffAccess:
    """Compares tokens with the staff token; without one nobody is staff."""

    def __init__(self, token: str | None) -> None:
        self._token = token.encode() if token else None

    def allows(self, authorization: bytes | None) -> bool:
        """Whether an Authorization header has the staff token (`Bearer <token>`)."""
        if self._token is None or authorization is None:
            return False
        scheme, _, secret_text = authorization.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(secret_text.strip(), self._token)
