"""Ids of requests: in the answer's headers, in its errors and in the log."""

import re
import secrets
from collections.abc import Mapping
from itertools import count

REQUEST_ID = b"x-request-id"

_GIVEN = re.compile(rb"[A-Za-z0-9_-]{8,64}")
# Unique is enough, nobody has to guess: random bytes for each request cost a system call.
_PROCESS = secrets.token_hex(4).encode()
_numbers = count(secrets.randbits(31))


def request_id_of(headers: Mapping[bytes, bytes]) -> bytes:
    """The caller's `X-Request-ID`, or a new one."""
    given = headers.get(REQUEST_ID)
    if given is not None and _GIVEN.fullmatch(given):
        return given
    return b"%b%08x" % (_PROCESS, next(_numbers))
