"""How often a message, and the messages of a topic in a row, are answered with 503."""

from datetime import timedelta

from resolvers.orders.refusals import LATEST_REFUSAL, MOST_REFUSALS, Refusals

NEW = timedelta()


def refusals() -> Refusals:
    return Refusals(3600, lambda: 0.0)


def test_a_message_is_refused_a_few_times_at_most() -> None:
    counted = refusals()
    answers = []
    for _ in range(8):
        answers.append(counted.another("one", "orders/paid", NEW))
        counted.over("orders/paid")  # others of its topic arrive meanwhile
    assert answers == [True] * MOST_REFUSALS + [False] * (8 - MOST_REFUSALS)


def test_of_many_messages_in_a_row_a_few_are_refused() -> None:
    counted = refusals()
    answers = [counted.another(f"message {number}", "orders/paid", NEW) for number in range(30)]
    assert sum(answers) == MOST_REFUSALS


def test_topics_are_counted_apart() -> None:
    counted = refusals()
    for number in range(MOST_REFUSALS):
        counted.another(f"message {number}", "orders/paid", NEW)
    assert counted.another("another", "orders/create", NEW)


def test_a_message_that_succeeds_resets_the_count() -> None:
    counted = refusals()
    for number in range(MOST_REFUSALS):
        counted.another(f"message {number}", "orders/paid", NEW)
    counted.over("orders/paid")
    assert counted.another("another", "orders/paid", NEW)


def test_an_old_message_is_not_refused() -> None:
    assert not refusals().another("one", "orders/paid", LATEST_REFUSAL + timedelta(seconds=1))
