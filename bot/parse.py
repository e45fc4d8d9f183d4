"""`python -m bot.parse MODEL`: what the pipeline understands of each line of standard input, as JSON.

A line is {"text", "now"}; the answer is the contract of `rdv parse`, phone and e-mail still as references.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import warnings
from typing import Any, Dict, Optional

import bot.light  # noqa: F401 - before Rasa

# isort: split
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.utils.log_utils import configure_structlog

from french import Moment


def answer(text: str, parsed: Dict[str, Any]) -> Dict[str, Any]:
    """A parse of Rasa in the form of the contract."""
    entities = parsed["entities"]

    def last(kind: str) -> Optional[Any]:
        return next((e["value"] for e in reversed(entities) if e["entity"] == kind), None)

    def reference(kind: str) -> Optional[str]:
        said = (e["value"] for e in entities if e["entity"] == "reference")
        return next((r for r in said if r.startswith(f"{kind}:")), None)

    agency = next((e["text"] for e in entities if e["entity"] == "agency"), None)
    moments = [(e, Moment.from_json(e["value"])) for e in entities if e["entity"] == "moment"]
    return {
        "text": text,
        "intent": parsed["intent"]["name"],
        "confidence": round(parsed["intent"]["confidence"], 4),
        "reason": last("reason"),
        "channel": last("channel"),
        "agency": agency,
        "phone": reference("phone"),
        "email": reference("email"),
        "option": last("option"),
        "moments": [
            {
                "text": e["text"],
                "span": [e["start"], e["end"]],
                "readings": [
                    {"start": r.start, "end": r.end, "open": r.open, "grain": r.grain} for r in moment.readings
                ],
            }
            for e, moment in moments
        ],
    }


async def main(model: str) -> None:
    """Answer each line as it comes."""
    # Rasa logs to the standard output, which is ours for the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    # As in `rasa run`; without it every sentence is in a debug log.
    configure_structlog(logging.WARNING)
    warnings.simplefilter("ignore")  # those of Rasa's dependencies
    agent = Agent.load(model)
    for line in sys.stdin:
        asked = json.loads(line)
        message = UserMessage(asked["text"], metadata={"now": asked.get("now")})
        parsed = await agent.processor.parse_message(message)  # type: ignore[union-attr]
        print(json.dumps(answer(asked["text"], parsed), ensure_ascii=False), file=answers, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
