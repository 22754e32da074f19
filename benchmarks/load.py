"""A web server under load: gunicorn in the product's process model, clients in closed loops."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.processes import processor_seconds
from tierline.instance.programs import WEB_PROCESSES, WEB_THREADS

START_SECONDS = 180.0


@dataclass(frozen=True)
class Answered:
    """What a load brought: latencies in milliseconds and the servers' processor time."""

    milliseconds: list[float]
    requests_per_second: float
    cpu_milliseconds: float  # of the worker processes, per request

    def percentile(self, share: float) -> float:
        """Return the latency that `share` of the requests did not exceed."""
        ordered = sorted(self.milliseconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass(frozen=True)
class Server:
    """A running gunicorn."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Return the processor time that it and its workers have used so far."""
        return processor_seconds(self.process.pid)


@contextmanager
def served(application: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Serve a WSGI application as `tierline up` does, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", str(WEB_PROCESSES)),
        *("--threads", str(WEB_THREADS), "--log-level", "warning", "--preload"),
        "--no-control-socket",
    ]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once a worker answers anything: the listener is there before the application is."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError(f"The web server did not answer on port {port}.")


def load(
    server: Server, path: str, headers: Mapping[str, str], clients: int, requests: int
) -> Answered:
    """Let `clients` ask for `path` one request after the other, `requests` in all.

    Each keeps its connection. Raises RuntimeError when an answer is not 200.
    """
    latencies: list[float] = []
    failures: list[str] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for _ in range(requests // clients):
            begin = time.perf_counter()
            connection.request("GET", path, headers=dict(headers))
            response = connection.getresponse()
            response.read()
            latencies.append((time.perf_counter() - begin) * 1000)
            if response.status != 200:
                failures.append(f"{path} answered {response.status}")
                return
        connection.close()

    cpu, begin = server.cpu_seconds(), time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures or not latencies:
        raise RuntimeError(failures[0] if failures else f"{path} did not answer")
    seconds, used = time.perf_counter() - begin, server.cpu_seconds() - cpu
    return Answered(latencies, len(latencies) / seconds, used * 1000 / len(latencies))
