"""Checks prose and links: `python docs/check.py [FILE ...]`, part of `make lint`.

It reads Markdown and the docstrings of Python files: the named files, or all that git tracks. It reports sentences
of more than 30 words. In Markdown it also reports lines of more than 110 characters outside tables and code, and broken
links; ruff checks the lines of Python files. Exit status 1 when it finds any.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_WORDS = 30
MOST_CHARACTERS = 110
_FENCE = re.compile(r"^\s*(```|~~~)")
_SENTENCE_END = re.compile(r"(?<=[.!?:;])[\s*_`\"')-]+(?=[A-Z`*\"'(\[]|[a-z_]+: )|\n\s*\n")
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`|<[^>]+>|\]\([^)]*\)")


def prose_of_markdown(text: str) -> Iterator[tuple[int, str]]:
    """The paragraphs of a Markdown text, each with the number of its first line; code blocks are left out."""
    in_code = False
    start, lines = 0, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if _FENCE.match(line):
            in_code = not in_code
            line = ""
        begins_item = re.match(r"\s*([-*|]|\d+\.|#+) ?", line)
        if lines and (in_code or not line.strip() or begins_item):
            yield start, "\n".join(lines)
            lines = []
        if not in_code and line.strip():
            start = start if lines else number
            lines.append(line)


def docstrings(text: str) -> Iterator[tuple[int, str]]:
    """The docstrings of a Python module, each with the number of its first line."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found = ast.get_docstring(node)
            if found:
                yield node.body[0].lineno, found


def long_lines(line: int, paragraph: str) -> Iterator[tuple[int, str]]:
    """The lines over the limit in a paragraph that begins at `line`; table rows may be longer."""
    if not paragraph.lstrip().startswith("|"):
        for offset, each in enumerate(paragraph.splitlines()):
            if len(each) > MOST_CHARACTERS:
                yield line + offset, f"{len(each)} characters in a line; the most is {MOST_CHARACTERS}"


def long_sentences(line: int, paragraph: str) -> Iterator[tuple[int, str]]:
    """The sentences over the limit in a paragraph that begins at `line`."""
    cells = paragraph.strip("|").split("|") if paragraph.lstrip().startswith("|") else [paragraph]
    for cell in cells:
        for sentence in _SENTENCE_END.split(cell):
            words = len(_CODE.sub("code", sentence).split())
            if words > MOST_WORDS:
                start = " ".join(sentence.split()[:8])
                yield line, f"{words} words in a sentence; the most is {MOST_WORDS}: {start} ..."


def broken_links(file: Path, text: str) -> Iterator[tuple[int, str]]:
    """Links of a Markdown file to files or headings that do not exist."""
    for number, line in enumerate(text.splitlines(), 1):
        for link in _LINK.findall(line):
            path, _, anchor = link.partition("#")
            target = (file.parent / path) if path else file
            if not target.exists():
                yield number, f"the link leads to {link}, which does not exist"
            elif anchor and anchor not in anchors(target.read_text()):
                yield number, f"the link leads to {link}, but that page has no such heading"


def anchors(text: str) -> set[str]:
    """The anchors of a Markdown text's headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def tracked_files() -> list[Path]:
    """All Markdown and Python files of the project."""
    names = subprocess.run(["git", "ls-files", "*.md", "*.py"], check=True, capture_output=True, text=True).stdout  # noqa: S607
    return [Path(name) for name in names.splitlines()]


def main(names: list[str]) -> int:
    """Prints the findings and returns the exit status."""
    found = 0
    for file in [Path(name) for name in names] or tracked_files():
        text = file.read_text()
        is_markdown = file.suffix == ".md"
        paragraphs = list(prose_of_markdown(text) if is_markdown else docstrings(text))
        findings = [each for line, paragraph in paragraphs for each in long_sentences(line, paragraph)]
        if is_markdown:
            findings += [each for line, paragraph in paragraphs for each in long_lines(line, paragraph)]
            findings += broken_links(file, text)
        for at, what in sorted(findings):
            print(f"{file}:{at}: {what}")
        found += len(findings)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
