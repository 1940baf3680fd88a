"""PKI operations: what each exchange asked of `pkiclient.exe`, one row an exchange."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.columns import Columns, Int64, Text, column


@dataclass(frozen=True, slots=True)
class Operations(Columns):
    """Parallel to Exchanges. None or MISSING where the exchange does not say it."""

    operation: Text = column("O")
    """GetCACaps, GetCACert, GetNextCACert, PKIOperation, GetCACertChain, or another name as sent; None: not SCEP."""
    ca_identifier: Text = column("O")
    """`message=` of the Get operations: the CA or trustpoint label. None for PKIOperation, where it is the request."""
    scep_message_type: Int64 = column("i8")
    """messageType of the request: 19 PKCSReq, 20 CertPoll, ... (RFC 8894, 3.2.1.2)."""
    scep_status: Int64 = column("i8")
    """pkiStatus of the CertRep: 0 SUCCESS, 2 FAILURE, 3 PENDING."""
    scep_fail_info: Int64 = column("i8")
    transaction_id: Text = column("O")
    signer_subject: Text = column("O")
    """Subject of the certificate that signed the request; on first enrolment it carries the router's name."""
    signer_self_signed: Int64 = column("i8")
    """1: first enrolment, 0: renewal, MISSING: not known."""
