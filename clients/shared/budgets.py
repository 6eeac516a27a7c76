"""The budgets of Admin and Printful, shared by all processes through Redis."""

import math
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from clients.admin.cost import Charge
from clients.budget import Priority
from clients.printful.limits import LOCKOUT_S, PER_MINUTE, PER_MINUTE_IN, Group, reserved_share
from clients.shared.redis_link import RedisLink
from clients.shared_budget import SharedReservation

RESERVATION_S = 20.0
"""A process that crashes holds its reservations no longer than this."""

LONGEST_LOCKOUT_S = 600.0
"""A lockout that lasts longer was noted before Redis's clock stepped back, as after a failover. It counts no more."""

_LEFT_FOR_OTHERS: Mapping[Priority, float] = {Priority.PAGES: 0.05, Priority.SWEEPS: 0.1, Priority.HISTORY: 0.5}
_MAXIMUM, _RESTORE_PER_S = 2000.0, 100.0  # the smallest bucket that Shopify sells

# Redis's clock can step back, as after a failover to another machine. A time too far ahead is then from before it.

# The account of `PointBucket`, kept in Redis. Returns the seconds to wait, and what was charged so far.
_RESERVE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local state = redis.call('HMGET', KEYS[1], 'level', 'as_of', 'maximum', 'per_s', 'charged')
local maximum, per_s = tonumber(state[3] or ARGV[5]), tonumber(state[4] or ARGV[6])
local passed_s = now - tonumber(state[2] or now)
if passed_s < 0 then
  passed_s = 0
  redis.call('HSET', KEYS[1], 'as_of', string.format('%.6f', now))
end
local level = math.min(maximum, tonumber(state[1] or maximum) + passed_s * per_s)
local held = 0
local reservations = redis.call('HGETALL', KEYS[2])
for index = 1, #reservations, 2 do
  local cost, ends = string.match(reservations[index + 1], '(%S+) (%S+)')
  if tonumber(ends) < now or tonumber(ends) > now + tonumber(ARGV[4]) + 1 then
    redis.call('HDEL', KEYS[2], reservations[index])
  else
    held = held + tonumber(cost)
  end
end
local cost = tonumber(ARGV[1])
local lacking = cost + 1 + maximum * tonumber(ARGV[2]) - (level - held)
if lacking > 0 and (held > 0 or level < maximum) then
  return {tostring(math.max(0.001, lacking / per_s)), '0'}
end
redis.call('HSET', KEYS[2], ARGV[3], cost .. ' ' .. string.format('%.3f', now + tonumber(ARGV[4])))
redis.call('EXPIRE', KEYS[2], 3600)
return {'0', state[5] or '0'}
"""
_SETTLE = """
redis.call('HDEL', KEYS[2], ARGV[1])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local state = redis.call('HMGET', KEYS[1], 'level', 'as_of', 'maximum', 'per_s', 'charged')
local charged = tonumber(state[5] or 0)
local maximum, per_s, level
if ARGV[2] == 'stated' then
  maximum, per_s = tonumber(ARGV[4]), tonumber(ARGV[6])
  level = tonumber(ARGV[5]) - (charged - tonumber(ARGV[7]))
  charged = charged + tonumber(ARGV[3])
else
  maximum, per_s = tonumber(state[3] or ARGV[4]), tonumber(state[4] or ARGV[6])
  local passed_s = math.max(0, now - tonumber(state[2] or now))
  level = math.min(maximum, tonumber(state[1] or maximum) + passed_s * per_s) - tonumber(ARGV[3])
  charged = charged + tonumber(ARGV[3])
end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'as_of', string.format('%.6f', now),
  'maximum', tostring(maximum), 'per_s', tostring(per_s), 'charged', tostring(charged))
redis.call('EXPIRE', KEYS[1], 3600)
return 1
"""

# Fixed windows, each with its limit and the share that this request leaves to others. Returns the seconds to wait.
_RESERVE_WINDOWS = f"""
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local wait = 0
for index, key in ipairs(KEYS) do
  local window = redis.call('HMGET', key, 'used', 'ends', 'limit', 'locked')
  local limit = tonumber(window[3] or ARGV[2 * index])
  local ends = tonumber(window[2] or 0)
  if ends > now + tonumber(ARGV[1]) + 1 then
    ends = 0
    redis.call('HDEL', key, 'ends')
  end
  local used = now < ends and tonumber(window[1] or 0) or 0
  local usable = math.max(1, limit - math.ceil(limit * tonumber(ARGV[2 * index + 1])))
  local locked_s = tonumber(window[4] or 0) - now
  if locked_s <= {LONGEST_LOCKOUT_S} then wait = math.max(wait, locked_s) end
  if used + 1 > usable then wait = math.max(wait, ends - now) end
end
if wait > 0 then return tostring(wait) end
for index, key in ipairs(KEYS) do
  if now >= tonumber(redis.call('HGET', key, 'ends') or 0) then
    redis.call('HSET', key, 'used', 0, 'ends', string.format('%.6f', now + tonumber(ARGV[1])))
  end
  redis.call('HINCRBY', key, 'used', 1)
  redis.call('EXPIRE', key, 600)
end
return '0'
"""
_LEARN_WINDOW = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local limit, remaining, reset = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if limit > 0 then
  local used = tonumber(redis.call('HGET', KEYS[1], 'used') or 0)
  local ends = tonumber(redis.call('HGET', KEYS[1], 'ends') or 0)
  if now >= ends or now + reset > ends + 30 then used = 0 end
  redis.call('HSET', KEYS[1], 'limit', limit, 'used', math.max(used, limit - remaining),
    'ends', string.format('%.6f', now + reset))
end
if tonumber(ARGV[4]) > 0 then
  redis.call('HSET', KEYS[1], 'locked', string.format('%.6f', now + tonumber(ARGV[4])))
end
redis.call('EXPIRE', KEYS[1], 600)
return 1
"""


def _numbers(stated: list[Any]) -> list[float]:
    """What a script returned, as numbers. Empty when it is not, or when it names a wait that no limit has."""
    try:
        numbers = [float(each) for each in stated]
    except (TypeError, ValueError):
        return []
    is_usable = all(map(math.isfinite, numbers)) and all(0 <= each <= LONGEST_LOCKOUT_S for each in numbers[:1])
    return numbers if is_usable else []


class SharedPoints:
    """The points of this app and shop at Admin."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._keys = [link.name("admin", "points"), link.name("admin", "reservations")]
        self._charges: dict[str, Charge] = {}
        self._current: ContextVar[SharedReservation | None] = ContextVar("admin_reservation", default=None)

    async def reserve(self, cost: float, priority: Priority, group: str | None) -> SharedReservation:
        token = secrets.token_hex(8)
        share = _LEFT_FOR_OTHERS.get(priority, 0.0)
        answer = await self._link.run(
            _RESERVE, self._keys, [cost, share, token, RESERVATION_S, _MAXIMUM, _RESTORE_PER_S]
        )
        stated = _numbers(answer) if isinstance(answer, list) else []
        reservation = SharedReservation()
        if len(stated) == 2:
            reservation = SharedReservation(stated[0], token, cost, stated[1])
        self._current.set(reservation)
        return reservation

    def learn(self, charge: Charge) -> None:
        """Notes what the answer to the current request states."""
        reservation = self._current.get()
        if reservation is not None and reservation.token:
            self._charges[reservation.token] = charge

    def settle(self, reservation: SharedReservation) -> None:
        if not reservation.token:
            return
        charge = self._charges.pop(reservation.token, None)
        if charge is None or charge.maximum <= 0 or charge.restore_per_s <= 0:
            arguments: list[str | float] = ["", reservation.cost, _MAXIMUM, 0, _RESTORE_PER_S, 0]
        else:
            stated = [charge.actual, charge.maximum, charge.available, charge.restore_per_s]
            arguments = ["stated", *stated, reservation.charged_before]
        self._link.spawn(self._send([reservation.token, *arguments]))

    async def _send(self, arguments: list[str | float]) -> None:
        await self._link.run(_SETTLE, self._keys, arguments)


class SharedWindows:
    """The requests a minute of this account at Printful."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link

    async def reserve(self, cost: float, priority: Priority, group: str | None) -> SharedReservation:
        keys = [self._key(None)]
        arguments: list[float] = [60.0, PER_MINUTE, reserved_share(priority)]
        if group is not None:
            keys.append(self._key(group))
            arguments += [PER_MINUTE_IN[Group(group)], 0.0]
        wait = await self._link.run(_RESERVE_WINDOWS, keys, arguments)
        return SharedReservation(next(iter(_numbers([wait])), 0.0))

    def settle(self, reservation: SharedReservation) -> None:
        """Does nothing: capacity returns when the window ends."""

    def learn(self, group: str | None, limit: int, remaining: int, reset_s: float, lock_s: float) -> None:
        """Notes what the headers of an answer state of a window, and for how long there is a lockout."""
        if limit > 0 or lock_s > 0:
            self._link.spawn(
                self._send(group, [limit, remaining, min(reset_s, LOCKOUT_S), min(lock_s, LONGEST_LOCKOUT_S)])
            )

    async def _send(self, group: str | None, arguments: list[float]) -> None:
        await self._link.run(_LEARN_WINDOW, [self._key(group)], arguments)

    def _key(self, group: str | None) -> str:
        return self._link.name("printful", "window", group or "all")
