"""Printful's error responses."""


class Refusal(Exception):
    """`reason` is the machine-readable reason, `code` Printful's own error code if it has one."""

    def __init__(self, status: int, message: str, reason: str = "BadRequest", code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.code = code


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__(404, "Not Found", "NotFound")
