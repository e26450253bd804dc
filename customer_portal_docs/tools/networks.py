"""Where requests come from."""

import ipaddress


def get_network(address):
    """Return what counts as one address: of IPv6 the network that a household gets.

    :param address: str or None, as the request says it
    :rtype: str
    """
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or "unknown"
    if parsed.version == 4 or parsed.ipv4_mapped:
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
