"""Statuses of upstreams: known values are members, and unknown values are accepted."""

import pickle

import orjson
import pytest

from clients.admin.order_statuses import PAID, FinancialStatus
from clients.printful.orders import GONE, PrintStatus


def test_a_known_value_is_its_member() -> None:
    assert FinancialStatus("PAID") is FinancialStatus.PAID
    assert FinancialStatus("PAID") in PAID


@pytest.mark.parametrize("status", [FinancialStatus("DISPUTED"), PrintStatus("laundered")])
def test_an_unknown_value_is_accepted_and_equals_its_text(status: FinancialStatus | PrintStatus) -> None:
    assert isinstance(status, (FinancialStatus, PrintStatus))
    assert status == status.value == str(status)
    assert status not in PAID
    assert status not in GONE
    assert orjson.loads(orjson.dumps({"status": status})) == {"status": status.value}


def test_an_unknown_value_does_not_become_a_member_for_all() -> None:
    FinancialStatus("DISPUTED")
    assert "DISPUTED" not in FinancialStatus.__members__


def test_a_value_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="1 is not a valid"):
        FinancialStatus(1)  # type: ignore[arg-type]


def test_an_unknown_value_survives_a_copy() -> None:
    assert pickle.loads(pickle.dumps(FinancialStatus("DISPUTED"))) == "DISPUTED"
