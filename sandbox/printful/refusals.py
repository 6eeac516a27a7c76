"""How Printful words a failure."""


class Refusal(Exception):
    """`reason` is the machine's word for it, `code` Printful's own number where it has one."""

    def __init__(self, status: int, message: str, reason: str = "BadRequest", code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.code = code


class NotFound(Refusal):
    def __init__(self) -> None:
        super().__init__(404, "Not Found", "NotFound")
