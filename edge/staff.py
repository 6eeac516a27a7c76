"""Who is staff: whoever shows the staff token."""

import hmac


class StaffAccess:
    """Compares shown tokens with the staff token; without one nobody is staff."""

    def __init__(self, token: str | None) -> None:
        self._token = token.encode() if token else None

    def allows(self, authorization: bytes | None) -> bool:
        """Whether an Authorization header carries the staff token (`Bearer <token>`)."""
        if self._token is None or authorization is None:
            return False
        scheme, _, shown = authorization.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(shown.strip(), self._token)
