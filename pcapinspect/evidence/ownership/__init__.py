"""Whose is what was given? Configuration, show output and certificates, tied to the server that is asked about.

A device's configuration holds certificates of several hierarchies, and people give files of several devices. Each piece
is tied to the CA under inquiry for a reason that is told, or is listed as not belonging, with why; what is not tied is
not used. Firm reasons are an address, a key, a name that certificates prove, an enrolment URL. Where none is there, and
nothing speaks against it, the only piece of its kind is taken.
"""
