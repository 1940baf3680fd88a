"""pcapinspect: is the Cisco IOS PKI server dropping connections, since when, why, and what to change."""

__version__ = "0.1.0"
