"""NetFlow and IPFIX: from export datagrams, nfcapd files, nfdump's output or a router's cache to one table of flows."""
