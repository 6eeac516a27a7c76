"""Ports for servers of the tests."""

import socket


def free_port() -> int:
    """A port on which nobody listens yet."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
