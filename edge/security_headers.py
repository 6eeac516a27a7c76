"""Security headers of every answer, and the policies of pages.

A dozen constant lines: the package `secure` would set the same ones, and needs as many lines to be told which.
"""

from collections.abc import Iterable

Line = tuple[bytes, bytes]

NOTHING_ALLOWED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The content security policy of what is no page: shown by itself, it can load and run nothing."""

SECURITY_HEADERS: tuple[Line, ...] = (
    (b"content-security-policy", NOTHING_ALLOWED.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


def secured(headers: Iterable[Line]) -> list[Line]:
    """An answer's headers with the security headers that it lacks, and `Vary: Origin`."""
    lines = [(name, value) for name, value in headers if name != b"vary"]
    present = {name for name, _ in lines}
    varies = [value for name, value in headers if name == b"vary"]
    if b"Origin" not in b",".join(varies):
        varies.append(b"Origin")
    return [*lines, (b"vary", b", ".join(varies)), *(each for each in SECURITY_HEADERS if each[0] not in present)]
