"""The soak judges answers as it says: right, refused, explained by a fault, or wrong."""

import asyncio

import pytest

from tests.benchmarks.open_load import Load
from tests.benchmarks.soak import Findings, Kind, Processor, Weather, judge, memory_of, report

KIND = Kind("page", iter([b"request"]), 1, is_cached=True)
RIGHT = b'{"data":{}}'
TRY_LATER = b'{"errors":[{"extensions":{"code":"TRY_LATER"}}]}'


class Fair(Weather):
    """No fault is on."""

    explains = False


class Foul(Weather):
    """A fault is on."""

    explains = True


@pytest.mark.parametrize(
    ("status", "body", "weather", "is_wrong"),
    [
        (200, RIGHT, Fair(0), False),
        (503, TRY_LATER, Fair(0), False),
        (429, TRY_LATER, Fair(0), False),
        (200, TRY_LATER, Fair(0), True),
        (200, TRY_LATER, Foul(0), False),
        (200, b'{"data":{"shop":1}}', Foul(0), True),
        (200, b'{"errors":[{"extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}', Foul(0), True),
        (500, RIGHT, Foul(0), True),
        (502, TRY_LATER, Foul(0), True),
    ],
)
def test_wrong_answers_are_reported_and_right_ones_are_not(
    status: int, body: bytes, weather: Weather, is_wrong: bool
) -> None:
    found = Findings()
    judge(found, KIND, status, body, RIGHT, 1.0, weather)

    assert bool(found.wrong) == is_wrong


def failures(found: Findings) -> list[str]:
    return [line for line in report(100.0, found) if line.startswith("FAIL")]


STEADY = [(float(second), 100_000) for second in range(300)]


def test_each_goal_has_a_verdict() -> None:
    good = Findings(cached_ms=[1.0] * 100, refused_ms=[1.0] * 100, memory_kb=STEADY)
    passed = [line for line in report(100.0, good) if line.startswith("PASS")]

    assert (len(passed), failures(good)) == (7, [])


@pytest.mark.parametrize(
    ("field", "value", "goal"),
    [
        ("cached_ms", [30.0] * 100, "cached answers within"),
        ("refused_ms", [60.0] * 100, "refusals within"),
        ("wrong", ["page: 200"], "every answer is right"),
        ("faults", 1, "no 5xx"),
        ("unanswered", 1, "every request is answered"),
        ("cached_refused", 1, "no cached answer is refused"),
        ("memory_kb", [(at, size + 100 * int(at)) for at, size in STEADY], "memory grows"),
    ],
)
def test_a_goal_that_was_missed_is_reported(field: str, value: object, goal: str) -> None:
    found = Findings(memory_kb=STEADY)
    setattr(found, field, value)
    [failure] = failures(found)

    assert goal in failure


def test_a_refused_cached_answer_and_an_internal_error_are_noticed() -> None:
    found = Findings()
    judge(found, KIND, 503, TRY_LATER, RIGHT, 1.0, Fair(0))
    judge(found, KIND, 500, b"", RIGHT, 1.0, Foul(0))

    assert (found.cached_refused, found.faults) == (1, 1)


@pytest.mark.parametrize(
    ("found", "doubt"),
    [
        (Findings(late_ms=[20.0] * 100), "the generator was late"),
        (Findings(unsent=1), "could not be sent"),
        (Findings(processor={"gateway": Processor(ran_s=0.5, waited_s=0.4)}), "other programs used"),
    ],
)
def test_figures_of_a_busy_machine_are_marked(found: Findings, doubt: str) -> None:
    found.memory_kb = STEADY
    [line] = [line for line in report(100.0, found) if line.startswith("DOUBT")]

    assert doubt in line


async def test_an_answer_that_comes_in_pieces_is_read_to_its_last_byte() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in (b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: 4\r\n\r\nda", b"ta"):
            await reader.readexactly(4)
            writer.write(part)
        writer.close()

    answers: list[tuple[int, bytes]] = []
    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    async with server, Load(server.sockets[0].getsockname()[1], 1) as load:
        await load.offer(iter([(0.0, b"requestrequ1", lambda status, body, _: answers.append((status, body)))]))

    assert (answers, load.unsent) == ([(200, b"data")], 0)


def test_memory_is_compared_with_minute_two() -> None:
    samples = [(float(second), 50_000 if second < 120 else 80_000) for second in range(300)]

    assert memory_of(samples) == (80_000, 80_000)
