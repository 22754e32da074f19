"""The address that an instance serves: taken before anything starts, and kept over restarts."""

from __future__ import annotations

import errno
import socket
import urllib.error
import urllib.request

from tierline.instance.errors import InstanceError


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; port 0 takes a free one. Raises InstanceError.

    It is not listening yet: until the web server does, connections are refused.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise InstanceError(f"The host {host!r} is not known: {error.strerror}.") from error
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise InstanceError(_refusal(host, port, error)) from error
    return bound


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use; choose another one with --port."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} needs more rights; choose one above 1023 with --port."
    return f"Port {port} on {host} can't be used: {error.strerror}."


def address_of(bound: socket.socket) -> str:
    """Return the address at which this machine reaches the socket: http://127.0.0.1:8000."""
    host, port = bound.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only translated
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def answers(url: str) -> bool:
    """Return whether the page answers with 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
