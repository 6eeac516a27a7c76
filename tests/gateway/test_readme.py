"""README's example query gets the answer that README shows."""

import json
import re
from pathlib import Path

from tests.serving import sandbox_at_noon, serving

README = (Path(__file__).parents[2] / "README.md").read_text()


async def test_the_readme_shows_the_answer_that_its_query_gets() -> None:
    sent = re.search(r"-d '(.*?)'\n```", README, re.DOTALL)
    shown = re.search(r"```json\n(.*?)\n```", README, re.DOTALL)
    assert sent is not None
    assert shown is not None
    async with serving(sandbox_at_noon()) as served:
        answer = await served.http.post("/graphql", content=sent[1], headers={"content-type": "application/json"})

    assert answer.json() == json.loads(shown[1])
