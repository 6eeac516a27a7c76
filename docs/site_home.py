"""Makes README.md the site's home page and CONTRIBUTING.md one of its pages."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md"}
_LINKS = {
    "(docs/decisions)": "(decisions/0001-no-database.md)",
    "(docs/": "(",
    "(CONTRIBUTING.md)": "(contributing.md)",
    "in [CHANGELOG.md](CHANGELOG.md)": "in CHANGELOG.md",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that stand outside docs/, with their links led into it."""
    for source, name in _PAGES.items():
        with open(source, encoding="utf-8") as page:  # noqa: PTH123
            text = page.read()
        for link, there in _LINKS.items():
            text = text.replace(link, there)
        files.append(File.generated(config, name, content=text))
    return files
