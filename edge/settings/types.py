"""Types of settings: pasted text, secrets, web addresses, browsers' origins, lists and JSON objects."""

import json
import re
from collections.abc import Mapping
from ipaddress import IPv6Address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_QUOTES = "\"'`"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_LONGEST_NAME = 60
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")


def cleaned(value: Any) -> Any:
    """The value without what copying leaves around texts: whitespace, line breaks, and one pair of quotes."""
    if isinstance(value, str):
        return _cleaned_text(value)
    if isinstance(value, dict):
        return {cleaned(name): cleaned(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(cleaned(each) for each in value)
    return value


def _cleaned_text(text: str) -> str:
    text = _trimmed(text)
    while len(text) > 1 and text[0] in _QUOTES and text[0] == text[-1] and text[0] not in text[1:-1]:
        text = _trimmed(text[1:-1])
    return text


def _trimmed(text: str) -> str:
    before = None
    while before != text:
        before, text = text, text.strip().strip(_INVISIBLE)
    return text


def has_control_characters(value: Any) -> bool:
    """Whether a text has one. JSON may have line breaks between its parts, so its texts are looked at instead."""
    if isinstance(value, SecretStr):
        return has_control_characters(value.get_secret_value())
    if isinstance(value, Mapping):
        return any(map(has_control_characters, [*value, *value.values()]))
    if isinstance(value, (list, tuple)):
        return any(map(has_control_characters, value))
    if isinstance(value, (str, Path)) and not str(value).startswith(("{", "[")):
        return any(ord(each) < 0x20 or ord(each) == 0x7F for each in str(value))
    return False


def _token(text: str) -> str:
    if any(not 0x21 <= ord(each) <= 0x7E for each in text):
        raise ValueError("it contains a space, a line break or a character that is not ASCII: copy it again")
    if text[:1] in _QUOTES or text[-1:] in _QUOTES:
        raise ValueError("it has a quotation mark on one side only: copy it again")
    return text


def _secret(secret: SecretStr) -> SecretStr:
    _token(secret.get_secret_value())
    return secret


def _parts(text: str) -> SplitResult:
    """The parts of an http(s) address, its host valid and in ASCII. Raises ValueError."""
    example = "https://shop.example.com"
    if any(each.isspace() or not each.isprintable() for each in text):
        raise ValueError(f"an address contains no space: write it like {example}")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"it is not a web address ({error}): write it like {example}") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        raise ValueError(f"it is not a web address: begin it with https://, like {example}")
    if "@" in parts.netloc:
        raise ValueError("a user name and a password do not belong into an address: remove them")
    return parts._replace(netloc=_netloc(parts))


def _netloc(parts: SplitResult) -> str:
    """Host and port as browsers write them: lower case, punycode, no default port."""
    host = _host(parts.hostname or "")
    port = parts.port
    return host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"


def _host(name: str) -> str:
    if ":" in name:
        return f"[{IPv6Address(name).compressed}]"
    try:
        host = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        host = ""
    if _HOST.fullmatch(host) is None:
        raise ValueError(f"{name!r} is not a host name")
    return host


def _web_address(text: str) -> str:
    _parts(text)
    return text


def _base_address(text: str) -> str:
    parts = _parts(text)
    if parts.query or parts.fragment or text.endswith(("?", "#")):
        raise ValueError("it is the beginning of addresses: remove what follows `?` or `#`")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def origin(text: str) -> str:
    """An origin as browsers send it, `*`, or one of this machine on any port (`http://localhost:*`).

    Raises ValueError.
    """
    if text == "*":
        return text
    of_any_port = text.rstrip("/").endswith(":*")
    parts = _parts(text.rstrip("/").removesuffix(":*") if of_any_port else text)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{text!r} has a path, and an origin has none: write {parts.scheme}://{parts.netloc}")
    if of_any_port and parts.netloc not in _LOOPBACK:
        raise ValueError(f"{text!r} means any port, which only localhost may have: name the port")
    return f"{parts.scheme}://{parts.netloc}" + (":*" if of_any_port else "")


def host(text: str) -> str:
    """A host, with its port unless it is the default; given alone or as an address. Raises ValueError."""
    parts = _parts(text if "://" in text else f"https://{text}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{text!r} has a path: write the host alone, {parts.netloc}")
    return parts.netloc.replace("[", "").replace("]", "")


def listed(value: Any) -> Any:
    """A list of cleaned texts, from a text with commas between them."""
    if isinstance(value, str):
        value = value.split(",")
    return [each for each in map(cleaned, value) if each != ""] if isinstance(value, (list, tuple)) else value


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(origin(each) for each in values))


def _hosts(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_as_named, values)))


def _as_named(text: str) -> str:
    """A host as `host_of` writes it, which accepts IPv6 addresses without brackets."""
    is_ipv6 = text.count(":") > 1 and not {"[", "/"} & set(text)
    return text.lower() if is_ipv6 else host(text)


def _named_texts(texts: Mapping[str, str]) -> Mapping[str, str]:
    if empty := next((f"{name!r}: {text!r}" for name, text in texts.items() if not name or not text), None):
        raise ValueError(f"a name or a value is empty ({empty}): fill it in or remove it")
    return texts


def _from_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return cleaned(json.loads(value))
    except ValueError:
        raise ValueError('it is not JSON: write an object such as {"name": "value"}') from None


def _named_secrets(secrets: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
    for name, secret in secrets.items():
        if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
            raise ValueError(f"a name is empty, longer than {_LONGEST_NAME} letters or not printable: correct it")
        if not secret.get_secret_value():
            raise ValueError(f"{name!r} has an empty value: fill it in or remove the name")
        _token(secret.get_secret_value())
    if len({each.get_secret_value() for each in secrets.values()}) < len(secrets):
        raise ValueError("two names have the same value: give each name one of its own")
    return secrets


Token = Annotated[str, AfterValidator(_token)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An http(s) address that is used exactly as it is written."""
BaseAddress = Annotated[str, AfterValidator(_base_address)]
"""An http(s) address to which paths are added: normalised, without a slash at the end."""
CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed), AfterValidator(_origins)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed), AfterValidator(_hosts)]
JsonTexts = Annotated[Mapping[str, str], NoDecode, BeforeValidator(_from_json), AfterValidator(_named_texts)]
JsonSecrets = Annotated[Mapping[str, SecretStr], NoDecode, BeforeValidator(_from_json), AfterValidator(_named_secrets)]
JsonNumbers = Annotated[Mapping[str, float], NoDecode, BeforeValidator(_from_json)]


def in_small_letters(name: Any) -> Any:
    """A name in small letters; anything else as it is."""
    return name.lower() if isinstance(name, str) else name


def secret_text(secret: SecretStr | None) -> str | None:
    """The text of a secret, for the code that sends it."""
    return None if secret is None else secret.get_secret_value()
