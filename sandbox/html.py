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
:focus-visible { outline: 3px solid #b8682a; outline-offset: 2px; border-radius: .25rem }
button, a.button { font: inherit; display: inline-block; background: #fff; color: #8a4b1f; cursor: pointer;
                   border: 1px solid #8a4b1f; border-radius: .4rem; padding: .3rem .7rem; text-decoration: none }
button:hover, a.button:hover { background: #faf0e6 }
button.main, a.main { background: #6f3c18; border-color: #6f3c18; color: #fff; padding: .6rem 1.3rem }
button.main:hover, a.main:hover { background: #8a4b1f }
.wide { overflow-x: auto }
p.refusal { background: #fbe4de; border-left: 4px solid #b23b1e; padding: .7rem 1rem; border-radius: .3rem }
.terms code { overflow-wrap: anywhere }
@media (max-width: 40rem) { .pictures img { width: 5rem; height: 5rem } .terms td { display: block }
  .terms td + td { padding-top: 0 } .terms td:first-child { border-bottom: 0 } }
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
