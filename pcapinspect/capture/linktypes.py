"""Link types: their names, and the layer at which decoding begins. Numbers and names: tcpdump.org's LINKTYPE list."""

from __future__ import annotations

import numpy as np

from pcapinspect.capture import layers
from pcapinspect.columns import Int64

NAMES = {
    0: "NULL", 1: "EN10MB", 2: "EN3MB", 3: "AX25", 6: "IEEE802", 7: "ARCNET", 8: "SLIP", 9: "PPP", 10: "FDDI",
    11: "ATM_RFC1483", 12: "RAW", 13: "SLIP_BSDOS", 14: "RAW", 18: "ATM_CLIP", 19: "ATM_CLIP", 50: "PPP_SERIAL",
    51: "PPP_ETHER", 99: "SYMANTEC_FIREWALL", 100: "ATM_RFC1483", 101: "RAW", 104: "C_HDLC", 105: "IEEE802_11",
    106: "ATM_CLIP", 107: "FRELAY", 108: "LOOP", 109: "ENC", 113: "LINUX_SLL", 114: "LTALK", 117: "PFLOG",
    119: "PRISM_HEADER", 122: "IP_OVER_FC", 123: "SUNATM", 127: "IEEE802_11_RADIO", 129: "ARCNET_LINUX",
    130: "JUNIPER_MLPPP", 131: "JUNIPER_MLFR", 132: "JUNIPER_ES", 133: "JUNIPER_GGSN", 134: "JUNIPER_MFR",
    135: "JUNIPER_ATM2", 136: "JUNIPER_SERVICES", 137: "JUNIPER_ATM1", 138: "APPLE_IP_OVER_IEEE1394",
    139: "MTP2_WITH_PHDR", 140: "MTP2", 141: "MTP3", 142: "SCCP", 143: "DOCSIS", 144: "LINUX_IRDA", 147: "USER0",
    148: "USER1", 149: "USER2", 150: "USER3", 151: "USER4", 152: "USER5", 153: "USER6", 154: "USER7", 155: "USER8",
    156: "USER9", 157: "USER10", 158: "USER11", 159: "USER12", 160: "USER13", 161: "USER14", 162: "USER15",
    163: "IEEE802_11_RADIO_AVS", 165: "BACNET_MS_TP", 166: "PPP_PPPD", 169: "GPRS_LLC", 170: "GPF_T", 171: "GPF_F",
    177: "LINUX_LAPD", 178: "JUNIPER_ETHER", 179: "JUNIPER_PPP", 180: "JUNIPER_FRELAY", 181: "JUNIPER_CHDLC",
    182: "MFR", 183: "JUNIPER_VP", 187: "BLUETOOTH_HCI_H4", 188: "IEEE802_16_MAC_CPS", 189: "USB_LINUX",
    190: "CAN20B", 192: "PPI", 195: "IEEE802_15_4_WITHFCS", 196: "SITA", 197: "ERF", 199: "IPMB", 200: "JUNIPER_ST",
    201: "BLUETOOTH_HCI_H4_WITH_PHDR", 202: "AX25_KISS", 203: "LAPD", 204: "PPP_WITH_DIR", 205: "C_HDLC_WITH_DIR",
    206: "FRELAY_WITH_DIR", 207: "LAPB_WITH_DIR", 209: "IPMB_LINUX", 212: "LIN", 215: "IEEE802_15_4_NONASK_PHY",
    219: "MPLS", 220: "USB_LINUX_MMAPPED", 224: "FC_2", 225: "FC_2_WITH_FRAME_DELIMS", 226: "IPNET",
    227: "CAN_SOCKETCAN", 228: "IPV4", 229: "IPV6", 230: "IEEE802_15_4_NOFCS", 231: "DBUS", 235: "DVB_CI",
    239: "NFLOG", 240: "NETANALYZER", 241: "NETANALYZER_TRANSPARENT", 242: "IPOIB", 243: "MPEG_2_TS", 244: "NG40",
    245: "NFC_LLCP", 246: "PFSYNC", 247: "INFINIBAND", 248: "SCTP", 249: "USBPCAP", 251: "BLUETOOTH_LE_LL",
    253: "NETLINK", 254: "BLUETOOTH_LINUX_MONITOR", 255: "BLUETOOTH_BREDR_BB", 256: "BLUETOOTH_LE_LL_WITH_PHDR",
    257: "PROFIBUS_DL", 258: "PKTAP", 259: "EPON", 264: "ISO_14443", 265: "RDS", 266: "USB_DARWIN", 268: "SDLC",
    270: "LORATAP", 271: "VSOCK", 272: "NORDIC_BLE", 273: "DOCSIS31_XRA31", 274: "ETHERNET_MPACKET",
    275: "DISPLAYPORT_AUX", 276: "LINUX_SLL2", 278: "OPENVIZSLA", 279: "EBHSCR", 281: "DSA_TAG_BRCM",
    282: "DSA_TAG_BRCM_PREPEND", 283: "IEEE802_15_4_TAP", 284: "DSA_TAG_DSA", 285: "DSA_TAG_EDSA", 288: "USB_2_0",
    290: "ETW", 292: "ZBOSS_NCP", 300: "MDB",
}  # fmt: skip

WIRELESS = frozenset({105, 119, 127, 163, 192})
"""802.11, bare or behind a radio header: decryption and aggregation are Wireshark's business."""

_LAYERS = {
    0: (layers.NULL, 0), 1: (layers.ETHERNET, 0), 6: (layers.TOKEN_RING, 0), 7: (layers.ARCNET, 0), 9: (layers.PPP, 0),
    10: (layers.LLC, 13), 11: (layers.LLC, 0), 12: (layers.IP_ANY, 0), 14: (layers.IP_ANY, 0), 18: (layers.CLIP, 0),
    19: (layers.CLIP, 0),
    50: (layers.PPP, 0), 51: (layers.PPPOE, 0), 100: (layers.LLC, 0), 101: (layers.IP_ANY, 0), 104: (layers.CHDLC, 0),
    106: (layers.CLIP, 0), 107: (layers.FRAME_RELAY, 0), 108: (layers.NULL, 0), 109: (layers.IP_ANY, 12),
    113: (layers.SLL, 0), 117: (layers.PFLOG, 0), 129: (layers.ARCNET_LINUX, 0), 149: (layers.PKTAP, 0),
    166: (layers.PPP, 0), 197: (layers.ERF, 0), 204: (layers.PPP, 1), 205: (layers.CHDLC, 1),
    206: (layers.FRAME_RELAY, 1), 219: (layers.MPLS, 0), 226: (layers.IP_ANY, 24), 228: (layers.IPV4, 0),
    229: (layers.IPV6, 0), 239: (layers.NFLOG, 0), 240: (layers.ETHERNET, 4), 242: (layers.IPOIB, 0),
    258: (layers.PKTAP, 0), 274: (layers.ETHERNET, 8), 276: (layers.SLL2, 0),
}  # fmt: skip
"""The layer that comes first, and the bytes before it: FDDI's addresses, a direction, an analyser's header."""


def _table(column: int, missing: int) -> Int64:
    table = np.full(max(_LAYERS) + 1, missing, np.int64)
    for link, row in _LAYERS.items():
        table[link] = row[column]
    return table


STARTS = _table(0, layers.ODD_LINK)
"""By link type: the layer that comes first, or ODD_LINK."""

SKIPS = _table(1, 0)
"""By link type: the bytes before it."""


def name(link: int) -> str:
    """As `tcpdump -L` calls it; the number where it has no name."""
    return NAMES.get(link, str(link))
