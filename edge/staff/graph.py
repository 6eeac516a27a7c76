"""Runs the desk's checked-in operations on the staff graph, as the signed-in staff member."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from edge.admission import RequestAdmission
from resolvers.context import RequestContext, Services
from resolvers.request_log import request_log
from schema.execution.run import Operation, Runner

FOLDER = Path(__file__).parent / "operations"


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """The data of an operation, and its errors as sentences."""

    data: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()

    def get(self, name: str) -> Any:
        """The value of a root field; None if the field failed."""
        return self.data.get(name)


@cache
def operation_text(name: str) -> str:
    """The text of `operations/<name>.graphql`."""
    return (FOLDER / f"{name}.graphql").read_text("utf-8")


class StaffGraph:
    """Runs the desk's operations as any caller with a staff token could."""

    def __init__(self, runner: Runner, services: Callable[[], Services], admission: RequestAdmission) -> None:
        self._runner = runner
        self._services = services
        self._admission = admission

    async def ask(self, name: str, staff_name: str, request_id: str = "", **variables: Any) -> DeskAnswer:
        """The answer to the operation of that name. Raises HttpRefusal when the gateway is too busy."""
        context = RequestContext(
            self._services(),
            staff=True,
            anonymous=False,
            staff_name=staff_name,
            request_id=request_id,
            load=self._admission,
        )
        with request_log(request_id):
            async with self._admission.place(is_staff=True):
                answer = await self._runner.run(Operation(operation_text(name), variables=variables), context)
        document = json.loads(answer.body)
        errors = tuple(dict.fromkeys(each["message"] for each in document.get("errors", ())))
        return DeskAnswer(document.get("data") or {}, errors)
