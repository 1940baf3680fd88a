"""What the CA behind the HTTP server answers."""

from __future__ import annotations

from random import Random

from pcapinspect.clock import SECOND
from pcapinspect.simulate import scep
from pcapinspect.simulate.record import Exchange


class Authority:
    """Certificates of one CA; `shadow_from` (nanoseconds): from then on it has the next CA certificate, None: never.

    `capabilities`: whether it knows the operation GetCACaps.
    """

    def __init__(self, now: int, shadow_from: int | None, capabilities: bool, rng: Random) -> None:
        self._shadow_from = shadow_from
        self._capabilities = capabilities
        self._rng = rng
        begin = now // SECOND - scep.CA_AGE
        self._ca = scep.ca_certificate(begin, rng)
        self._shadow = scep.ca_certificate(begin + scep.CA_LIFE, rng)

    def answer(self, exchange: Exchange, now: int, error: int | None = None) -> bytes:
        """The response to a request, as on the wire; sets the exchange's status. `error`: the status of a proxy or
        limiter that answers in the CA's place."""
        if error is not None:
            body: bytes
            content_type: str | None
            status, body, content_type = error, f"{error} {scep.REASONS[error]}\r\n".encode(), "text/plain"
        else:
            status, body, content_type = self._body(exchange, now)
        exchange.status = status
        return scep.response(status, body, content_type, now, exchange.keep_alive)

    def _body(self, exchange: Exchange, now: int) -> tuple[int, bytes, str | None]:
        match exchange.operation:
            case "GetCACaps" if self._capabilities:
                return 200, scep.CAPABILITIES, "text/plain"
            case "GetCACert":
                return 200, self._ca, "application/x-x509-ca-cert"
            case "PKIOperation" if exchange.transaction_id is not None:
                reply = scep.certificate_reply(exchange.transaction_id, self._rng)
                return 200, reply, "application/x-pki-message"
            case "GetNextCACert" if self._shadow_from is not None and now >= self._shadow_from:
                return 200, scep.next_ca_certificate(self._shadow, self._rng), "application/x-x509-next-ca-cert"
            case _:
                return 404, scep.NOT_FOUND, None
