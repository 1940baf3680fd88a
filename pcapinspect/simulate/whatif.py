"""What if so many routers polled with these timers: would the server pass its limit, and when?"""

from __future__ import annotations

from typing import Any

from pcapinspect.clock import SECOND
from pcapinspect.simulate.model import Scenario, run
from pcapinspect.simulate.truth import most_in_a_minute


def what_if(scenario: Scenario, seed: int) -> dict[str, Any]:
    """Play the scenario and say what became of its first server. Times: seconds from the capture's begin."""
    played = run(scenario, seed)
    server = scenario.servers[0]
    key = (server.ip, server.port)
    begin = played.tap.begin
    attempts = [a for a in played.record.attempts if (a.server_ip, a.server_port) == key]
    failed = sum(1 for a in attempts if a.failed is not None)
    pauses = [s for s in played.record.silences[key] if s.cause == "rate_limit"]
    first = (pauses[0].begin - begin) / SECOND if pauses else None
    answer: dict[str, Any] = {
        "scenario": scenario.name,
        "seed": seed,
        "routers": sum(p.routers for p in scenario.populations),
        "poll": [p.poll for p in scenario.populations],
        "minutes": scenario.minutes,
        "limit": server.rate.limit if server.rate else None,
        "attempts": len(attempts),
        "peak_attempts_60s": most_in_a_minute([a.started for a in attempts]),
        "peak_accepted_60s": most_in_a_minute(played.record.accepts[key]),
        "limit_passed": first is not None,
        "first_passed": first,
        "pauses": len(pauses),
        "failed_attempts": failed,
    }
    return {"sentence": _sentence(answer), **answer}


def _sentence(answer: dict[str, Any]) -> str:
    polls = " and ".join(f"{poll:g} s" for poll in dict.fromkeys(answer["poll"]))
    head = f"{answer['routers']} routers that poll every {polls}"
    span = f"{answer['minutes']:g} minutes"
    if answer["limit"] is None:
        return f"{head}: at most {answer['peak_attempts_60s']} attempts in 60 s; this server has no rate limit."
    if not answer["limit_passed"]:
        return (
            f"{head} stay below the limit of {answer['limit']} for {span}: at most {answer['peak_accepted_60s']} "
            "accepts in 60 s."
        )
    minutes, seconds = divmod(answer["first_passed"], 60)
    share = answer["failed_attempts"] / answer["attempts"]
    return (
        f"{head} reach the limit of {answer['limit']} after {minutes:.0f} min {seconds:.0f} s; in {span} the server "
        f"pauses {answer['pauses']} times, and {share:.0%} of {answer['attempts']} attempts fail."
    )
