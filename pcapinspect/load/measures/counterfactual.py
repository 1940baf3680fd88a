"""What the load would have been without the polls for a rollover certificate that does not exist yet."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.load.measures.errors import refused_of
from pcapinspect.load.measures.operations import Asked
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import Counterfactual
from pcapinspect.settings import Settings


def counterfactual(traffic: Traffic, asked: Asked, settings: Settings) -> Counterfactual | None:
    """Without the connections that carried nothing but GetNextCACert requests with an error. None: there were none.

    Attempts that were never answered stay out of both peaks: only what the server accepted counts there.
    """
    rows = traffic.exchange_number
    refused = refused_of(asked, rows)
    left_out = int(np.count_nonzero(refused))
    if not left_out:
        return None
    useful = np.zeros(len(traffic.start), np.bool_)
    useful[traffic.exchange_attempt[~refused]] = True
    polls = np.zeros(len(traffic.start), np.bool_)
    polls[traffic.exchange_attempt[refused]] = True
    peak = Rate(traffic.answer[traffic.accepted & (useful | ~polls)], settings.window * SECOND).peak()
    return Counterfactual(
        peak=peak,
        requests_left_out=left_out,
        share=left_out / len(rows),
        below_limit=peak is None or peak.count < settings.limit,
    )
