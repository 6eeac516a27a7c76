"""The set-up checks' findings as text: one line each, in columns, and a sentence at the end."""

from collections.abc import Sequence

from resolvers.findings import Finding, Verdict


def report(findings: Sequence[Finding]) -> str:
    """The text to print."""
    width = max((len(each.subject) for each in findings), default=0)
    lines = [f"{each.verdict.value:<4}  {each.subject:<{width}}  {each.message}" for each in findings]
    return "\n".join([*lines, "", _sum(findings)])


def nothing_fails(findings: Sequence[Finding]) -> bool:
    """Whether no check fails; warnings and features that are off by choice do not count."""
    return all(each.verdict is not Verdict.FAIL for each in findings)


def _sum(findings: Sequence[Finding]) -> str:
    counts = {verdict: sum(each.verdict is verdict for each in findings) for verdict in Verdict}
    said = f"{counts[Verdict.OK]} ok, {counts[Verdict.WARN]} to check, {counts[Verdict.OFF]} off"
    if nothing_fails(findings):
        return f"{'Nothing fails' if counts[Verdict.WARN] else 'All is well'}: {said}."
    return f"{counts[Verdict.FAIL]} do not work, {said}."
