"""The nginx configuration of `edge/proxy/`, run by a real nginx, in front of a recording upstream and of a gateway."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import cannot_run
from tests.servers.ports import free_port

CONFIGURATION = Path(__file__).parents[2] / "edge" / "proxy" / "nginx.conf"
JSON = {"content-type": "application/json"}
WAIT_S = 20.0
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/gateway.conf;
}}
"""


@dataclass
class Upstream:
    """The requests that nginx forwarded, and the number of connections."""

    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)
    first_part_read: Event = field(default_factory=Event)
    port: int = 0


@contextmanager
def recording() -> Iterator[Upstream]:
    """An HTTP/1.1 server that records requests. It answers `multipart/mixed` requests in two parts."""
    seen = Upstream()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            seen.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            seen.connections.add(self.client_address)
            self.send_response(200)
            if "multipart/mixed" in self.headers.get("accept", ""):
                self._in_two_parts()
                return
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET  # noqa: N815 the name that http.server looks for

        def _in_two_parts(self) -> None:
            self.send_header("content-type", "multipart/mixed; boundary=-")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nfirst\r\n")
            self.wfile.flush()
            was_read = seen.first_part_read.wait(WAIT_S)
            self.wfile.write(b"6\r\nsecond\r\n0\r\n\r\n" if was_read else b"4\r\nlate\r\n0\r\n\r\n")

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        seen.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        yield seen
        server.shutdown()


@contextmanager
def nginx(folder: Path, upstream_port: int) -> Iterator[int]:
    """The port of a real nginx with our configuration, except for timeouts of one second."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        cannot_run("nginx is not installed")
    port = free_port()
    text = CONFIGURATION.read_text()
    for given, here in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{upstream_port};"),
        ("listen 127.0.0.1:8080;", f"listen 127.0.0.1:{port};"),
        ("client_header_timeout 10s;", "client_header_timeout 1s;"),
        ("client_body_timeout 10s;", "client_body_timeout 1s;"),
    ):
        assert text.count(given) == 1, given
        text = text.replace(given, here)
    (folder / "gateway.conf").write_text(text)
    main = folder / "main.conf"
    main.write_text(("user root;" if os.geteuid() == 0 else "") + MAIN.format(folder=folder))
    command = [program, "-p", str(folder), "-c", str(main), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=WAIT_S)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            try:
                process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            break
    pytest.fail("nginx did not start")


@pytest.fixture(scope="module")
def behind() -> Iterator[Upstream]:
    with recording() as seen:
        yield seen


@pytest.fixture(scope="module")
def proxy(behind: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with nginx(tmp_path_factory.mktemp("nginx"), behind.port) as port:
        yield port


@pytest.fixture(autouse=True)
def _nothing_seen(behind: Upstream) -> None:
    behind.requests.clear()
    behind.connections.clear()


def post(port: int, path: str = "/graphql", **given: Any) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}{path}", timeout=WAIT_S, verify=False, **given)


def raw(port: int, *parts: bytes) -> bytes:
    """The whole response to these bytes while the connection stays open."""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as connection:
        for part in parts:
            connection.sendall(part)
        found = b""
        with suppress(ConnectionResetError):
            while chunk := connection.recv(65_536):
                found += chunk
        return found


def is_json_refusal(answer: httpx.Response) -> bool:
    (error,) = answer.json()["errors"]
    return (
        bool(error["message"] and error["extensions"]["code"]) and "application/json" in answer.headers["content-type"]
    )


@pytest.mark.parametrize("headers", [{"x-padding": "x" * 100_000}, {f"x-{n}": "x" * 7_000 for n in range(10)}])
def test_huge_headers_do_not_reach_the_gateway(proxy: int, behind: Upstream, headers: dict[str, str]) -> None:
    answer = post(proxy, json={}, headers=headers)

    assert answer.status_code == 431
    assert is_json_refusal(answer)
    assert behind.requests == []


def test_a_huge_url_does_not_reach_the_gateway(proxy: int, behind: Upstream) -> None:
    answer = httpx.get(f"http://127.0.0.1:{proxy}/graphql?query={'x' * 60_000}", timeout=WAIT_S, verify=False)

    assert answer.status_code == 414
    assert is_json_refusal(answer)
    assert behind.requests == []


def test_a_browsers_cookies_pass(proxy: int, behind: Upstream) -> None:
    assert post(proxy, json={}, headers={"cookie": "a=" + "x" * 7_000}).status_code == 200
    assert len(behind.requests[0][1]["cookie"]) > 7_000


def test_slow_headers_do_not_reach_the_gateway(proxy: int, behind: Upstream) -> None:
    answer = raw(proxy, b"POST /graphql HTTP/1.1\r\nhost: gateway\r\nx-slow: ")

    assert answer == b""
    assert behind.requests == []


def test_a_slow_body_does_not_reach_the_gateway(proxy: int, behind: Upstream) -> None:
    head = b"POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-length: 1000\r\n\r\n"
    answer = raw(proxy, head, b'{"query": ')

    assert answer == b""
    assert behind.requests == []


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_large_body_does_not_reach_the_gateway(proxy: int, behind: Upstream, is_chunked: bool) -> None:
    body = b"x" * 300_000
    answer = post(proxy, content=iter([body]) if is_chunked else body, headers=JSON)

    assert answer.status_code == 413
    assert is_json_refusal(answer)
    assert behind.requests == []


def test_a_webhook_may_be_larger_than_an_operation(proxy: int, behind: Upstream) -> None:
    assert post(proxy, "/webhooks/shopify", content=b"x" * 1_900_000).status_code == 200
    assert len(behind.requests[0][2]) == 1_900_000
    assert post(proxy, "/webhooks/shopify", content=b"x" * 2_100_000).status_code == 413


def test_a_chunked_body_arrives_whole(proxy: int, behind: Upstream) -> None:
    parts = [b'{"query": ', b'"{ shop { name } }"', b"}"]

    assert post(proxy, content=iter(parts), headers=JSON).status_code == 200
    (_, headers, body) = behind.requests[0]
    assert json.loads(body) == {"query": "{ shop { name } }"}
    assert headers["content-length"] == str(len(body))
    assert "transfer-encoding" not in headers


def test_a_client_cannot_write_its_own_address(proxy: int, behind: Upstream) -> None:
    forged = {"x-forwarded-for": "203.0.113.9, 10.0.0.1", "forwarded": "for=203.0.113.9"}
    post(proxy, json={}, headers=forged)
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(transport=transport, timeout=WAIT_S) as other:
        other.post(f"http://127.0.0.1:{proxy}/graphql", json={}, headers=forged)

    assert [headers["x-forwarded-for"] for _, headers, _ in behind.requests] == ["127.0.0.1", "127.0.0.2"]
    assert all("forwarded" not in headers for _, headers, _ in behind.requests)


def test_connections_to_the_gateway_are_kept(proxy: int, behind: Upstream) -> None:
    for _ in range(10):
        assert post(proxy, json={}).status_code == 200

    assert len(behind.requests) == 10
    assert len(behind.connections) < 10


def test_the_first_part_of_a_deferred_answer_does_not_wait_for_the_second(proxy: int, behind: Upstream) -> None:
    behind.first_part_read.clear()
    with httpx.stream(
        "POST",
        f"http://127.0.0.1:{proxy}/graphql",
        json={},
        headers={"accept": "multipart/mixed;deferSpec=20220824, application/json"},
        timeout=WAIT_S * 2,
    ) as answer:
        found = b""
        for part in answer.iter_bytes():
            found += part
            behind.first_part_read.set()

    assert found == b"firstsecond"


def test_metrics_are_not_public(proxy: int, behind: Upstream) -> None:
    answer = httpx.get(f"http://127.0.0.1:{proxy}/metrics", timeout=WAIT_S, verify=False)

    assert answer.status_code == 404
    assert is_json_refusal(answer)
    assert behind.requests == []


def test_a_gateway_that_is_gone_is_a_json_answer(tmp_path: Path) -> None:
    with nginx(tmp_path, free_port()) as port:
        answer = post(port, json={})

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert is_json_refusal(answer)


def test_the_secret_path_of_printfuls_webhooks_is_not_logged(behind: Upstream, tmp_path: Path) -> None:
    with nginx(tmp_path, behind.port) as port:
        post(port, "/webhooks/printful/very-secret", json={})
        post(port, json={})
    log = (tmp_path / "access.log").read_text()

    assert "/graphql" in log
    assert "very-secret" not in log


def test_the_gateway_answers_through_nginx(gateway: str, tmp_path: Path) -> None:
    with nginx(tmp_path, int(gateway.rsplit(":", 1)[1])) as port:
        answer = post(port, json={"query": "{ shop { name } }"})
        mixed = post(port, json={"query": "{ shop { name } }"}, headers={"accept": "multipart/mixed, application/json"})
        head = httpx.head(f"http://127.0.0.1:{port}/health", timeout=WAIT_S)
        wrong = post(port, "/health")

    assert answer.json()["data"]["shop"]["name"] == mixed.json()["data"]["shop"]["name"]
    assert head.status_code == 200
    assert (wrong.status_code, wrong.json()["errors"][0]["extensions"]["code"]) == (405, "METHOD_NOT_ALLOWED")
