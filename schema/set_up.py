"""`setUpFindings`: what `python -m app doctor` finds, for staff."""

from __future__ import annotations

import strawberry

from resolvers import checks, findings
from resolvers.findings import Verdict
from resolvers.public_errors import ErrorCode, PublicError
from schema.info import Info

strawberry.enum(
    Verdict,
    name="SetUpVerdict",
    description="OK: it works. WARN: it works, but should be changed. FAIL: it does not work. OFF: a choice.",
)


@strawberry.type(description="A result of the set-up checks.")
class SetUpFinding:
    subject: str = strawberry.field(description="What was checked.")
    verdict: Verdict
    message: str = strawberry.field(description="What was found, and what to do about it.")

    @classmethod
    def of(cls, found: findings.Finding) -> SetUpFinding:
        return cls(subject=found.subject, verdict=found.verdict, message=found.message)


async def set_up_findings(info: Info) -> list[SetUpFinding]:
    services = info.context.services
    if services.set_up is None:
        raise PublicError(ErrorCode.NOT_CONFIGURED, "The set-up cannot be checked here.")
    return [SetUpFinding.of(each) for each in await checks.examine(services, services.set_up)]
