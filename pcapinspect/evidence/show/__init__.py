"""The forms of IOS show output that say something of PKI, of the HTTP server, or of its connections.

Spaces vary between releases and between captures of one release, so every rule works on stripped lines.
"""
