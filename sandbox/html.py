"""The look of the sandbox's pages."""

from html import escape

from starlette.responses import HTMLResponse

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #3b2a20; background: #faf6f0; margin: 0 auto; max-width: 56rem;
       padding: 2rem 1.25rem }
h1 { font-size: 1.7rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .5rem .8rem .5rem 0; border-bottom: 1px solid #e6dccf; vertical-align: middle }
td.number, th.number { text-align: right; white-space: nowrap } td.picture { width: 4.5rem }
td small { color: #7b6a5d; display: block } tr.total td { font-weight: 600; border-bottom: 0 }
code { background: #efe6da; padding: .1rem .3rem; border-radius: .25rem } a { color: #8a4b1f }
.pictures img { width: 8rem; height: 8rem; border-radius: .5rem; margin: 0 .5rem .5rem 0 }
td.picture img { width: 3.5rem; height: 3.5rem; border-radius: .4rem; display: block }
p.note { background: #efe6da; padding: .7rem 1rem; border-radius: .5rem }
"""


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole page; `body` is HTML already, `title` is not."""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<link rel="icon" href="data:,">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>",
        status,
    )
