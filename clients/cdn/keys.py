"""The keys by which a CDN finds answers: short forms of the cache's tags.

A header holds 16 kB, and a listing is about a thousand objects: hence hashes of 40 bits. Two tags with one hash purge
too much, never too little. All letters are small, because Cloudflare does not tell capitals from small letters.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache

from clients.cache.policies import Policies
from clients.cache.tags import Tag, type_of, whole_type

MOST_KEYS = 900
"""The keys of one answer. Cloudflare reads 1,000."""

EVERYTHING = "all"
_STOCK = Policies().stock.name


def answer_keys(tags: Iterable[Tag], kinds: Collection[str]) -> tuple[str, ...]:
    """The keys of an answer with these tags under policies of these names.

    Where an answer has too many tags, the objects of its commonest types become one key for each type: a change of
    any object of that type then purges it.
    """
    scope = _scope(kinds)
    tags = list(dict.fromkeys(tags))
    types = Counter(kind for tag in tags if (kind := type_of(tag)) is not None)
    common = [*(f"any:{kind}" for kind in types), *(f"kind:{kind}" for kind in sorted(kinds))]
    for kind, _ in types.most_common():
        if len(tags) + len(common) <= MOST_KEYS:
            break
        tags = [tag for tag in tags if type_of(tag) != kind] + [Tag(f"type:{kind}")]
    return (EVERYTHING, *(_short(scope, each) for each in dict.fromkeys((*tags, *common))))


def changed_keys(tags: Iterable[Tag], kinds: Collection[str] = ()) -> frozenset[str]:
    """The keys of all answers that a change of `tags` concerns, of those under policies of these names (none: all)."""
    scopes = (True,) if set(kinds) == {_STOCK} else (True, False)
    names: set[str] = set()
    for tag in tags:
        kind, whole = type_of(tag), whole_type(tag)
        if whole is not None:
            names.add(f"any:{whole}")
        else:
            names.add(tag)
            if kind is not None:
                names.add(f"type:{kind}")
    return frozenset(_short(scope, name) for name in names for scope in scopes)


def kind_keys(kinds: Iterable[str]) -> frozenset[str]:
    """The keys of all answers under policies of these names."""
    return frozenset(_short(scope, f"kind:{kind}") for kind in kinds for scope in (True, False))


def _scope(kinds: Collection[str]) -> bool:
    """Whether an answer has stock. A sale changes stock alone, and purges only such answers."""
    return _STOCK in kinds


@lru_cache(20_000)
def _short(has_stock: bool, name: str) -> str:
    digest = hashlib.blake2b(name.encode(), digest_size=5).digest()
    return ("s" if has_stock else "c") + base64.b32encode(digest).decode().lower()
