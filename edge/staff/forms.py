"""The desk's forms: size limits, and protection against requests from other sites."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from edge.bodies import HttpRefusal, RequestLimits, read_body
from edge.staff.session import StaffSession
from resolvers.public_errors import ErrorCode

FORM_TOKEN = "form_token"  # noqa: S105 the field's name
_LIMITS = RequestLimits(body_bytes=16_000, body_s=10)
_FORM = "application/x-www-form-urlencoded"


async def read_form(request: Request, own_address: str, session: StaffSession | None = None) -> Mapping[str, str]:
    """The fields of a form from the desk's own pages; with a `session` the form must be of that session.

    Raises HttpRefusal (403) for a form of another site, or of an earlier session.
    """
    refuse_foreign_forms(request, own_address)
    headers = dict(request.scope["headers"])
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != _FORM.encode():
        raise HttpRefusal(415, f"Send the form as {_FORM}.", {"accept-post": _FORM})
    body = await read_body(request.scope, headers, request.receive, _LIMITS)
    fields = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    if session is not None and not session.sent(fields.get(FORM_TOKEN, "")):
        message = "This form is of an earlier session, or of another site. Go back to the desk and try again."
        raise HttpRefusal(403, message, code=ErrorCode.FORBIDDEN)
    return fields


def refuse_foreign_forms(request: Request, own_address: str) -> None:
    """Refuses a form that a page of another site sent. Raises HttpRefusal (403).

    Browsers send Sec-Fetch-Site, older ones Origin. A sender without both is no browser.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_own = site in ("same-origin", "none")
    else:
        is_own = origin is None or _authority(origin) in (request.headers.get("host", ""), _authority(own_address))
    if not is_own:
        raise HttpRefusal(403, "Another site sent this form. Open the staff desk itself.", code=ErrorCode.FORBIDDEN)


def _authority(address: str) -> str | None:
    try:
        return urlsplit(address).netloc or None
    except ValueError:
        return None
