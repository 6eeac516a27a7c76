"""Protection from requests that other sites cause in a visitor's browser: they never run an operation.

A browser sends a GET for any image, link, script or form of any site. A GET runs an operation only with
something that such a request cannot have. That is a header that requires a preflight, or Fetch Metadata of a
script's own request. A POST must be JSON, which requires a preflight too.
"""

from collections.abc import Mapping

from edge.bodies import HttpRefusal
from resolvers.public_errors import ErrorCode

_PREFLIGHT_HEADERS = (b"apollo-require-preflight", b"x-apollo-operation-name", b"graphql-preflight")
_PREFLIGHT_TYPES = (b"application/json", b"application/graphql", b"application/graphql-response+json")
_MESSAGE = (
    "A GET request runs an operation only when no link or image of another site could have caused it: add the header "
    "`GraphQL-Preflight: 1`, or send a POST request."
)


def refuse_requests_of_other_sites(headers: Mapping[bytes, bytes], *, is_persisted: bool) -> None:
    """Checks a GET request. `is_persisted`: it names its operation by hash or id. Raises HttpRefusal (403)."""
    if not (_forces_a_preflight(headers) or _is_of_a_script(headers) or (is_persisted and _is_of_the_user(headers))):
        raise HttpRefusal(403, _MESSAGE, code=ErrorCode.FORBIDDEN)


def _forces_a_preflight(headers: Mapping[bytes, bytes]) -> bool:
    if any(name in headers for name in _PREFLIGHT_HEADERS):
        return True
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower() in _PREFLIGHT_TYPES


def _is_of_a_script(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the browser reports a request of our own page, or of a script whose site needs CORS to read the
    answer.
    """
    if headers.get(b"sec-fetch-site") == b"same-origin":
        return True
    # An image with `crossorigin` has this mode too, but its destination is not empty.
    is_cors = headers.get(b"sec-fetch-mode") == b"cors"
    return is_cors and headers.get(b"sec-fetch-dest", b"empty") == b"empty"


def _is_of_the_user(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the user typed the address or chose a bookmark."""
    return headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-site") == b"none"
