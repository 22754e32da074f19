"""`list`: the accounts page, under load, against a bare Flask view in the same process model.

Both are served by gunicorn as `tierline up` serves them. Clients ask in closed loops, from this
process; they share the machine with the servers, so latencies at the bare view are partly their
own. The ratio of processor time per request, which clients can't blur, stands in the details.
"""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar

from benchmarks import fill
from benchmarks.instance import fresh_instance
from benchmarks.load import Answered, Server, load, served
from benchmarks.measure import Measurement, interleaved

GOAL = 26.0  # PERFORMANCE.md, T9: an HTML list of 50
ACCOUNTS = 100_000
CLIENTS = 4
BARE_REQUESTS, PAGE_REQUESTS = 4000, 400
PATH = "/t/bench/accounts"


def measure(runs: int = 3) -> Measurement:
    """Measure the first page of the list of 100,000 accounts."""
    with fresh_instance() as bench:
        tenant_id = fill.company(bench)
        with bench.connect() as connection:
            fill.accounts(connection, tenant_id, ACCOUNTS)
        with (
            served("tierline.app:create_app()", bench.environment()) as product,
            served("benchmarks.bare:create_app()", {}) as bare,
        ):
            return _measured(runs, product, bare)


def _measured(runs: int, product: Server, bare: Server) -> Measurement:
    cookie = sign_in(product)
    pages: list[Answered] = []
    floors: list[Answered] = []
    _ask(product, bare, cookie, 40)  # warm: connections, templates, plans

    def page(run: int) -> float:
        pages.append(load(product, PATH, cookie, CLIENTS, PAGE_REQUESTS))
        return pages[-1].percentile(0.5)

    def floor(run: int) -> float:
        floors.append(load(bare, "/", {}, CLIENTS, BARE_REQUESTS))
        return floors[-1].percentile(0.5)

    ratio, median_page, median_bare = interleaved(runs, page, floor)
    return Measurement(
        name="list",
        what=f"first page of {ACCOUNTS:,} accounts as HTML, signed in; p50 with {CLIENTS} clients",
        floor="a bare Flask view in the same process model; p50 with as many clients",
        ratio=ratio,
        goal=GOAL,
        product=median_page,
        base=median_bare,
        unit="ms",
        runs=runs,
        details=_details(pages, floors),
    )


def _ask(product: Server, bare: Server, cookie: Mapping[str, str], requests: int) -> None:
    load(product, PATH, cookie, CLIENTS, requests)
    load(bare, "/", {}, CLIENTS, requests)


def _details(pages: list[Answered], floors: list[Answered]) -> dict[str, float]:
    def mean(values: list[float]) -> float:
        return round(sum(values) / len(values), 3)

    page_cpu = mean([page.cpu_milliseconds for page in pages])
    bare_cpu = mean([floor.cpu_milliseconds for floor in floors])
    page_p99 = mean([page.percentile(0.99) for page in pages])
    bare_p99 = mean([floor.percentile(0.99) for floor in floors])
    return {
        "p99_ms": page_p99,
        "floor_p99_ms": bare_p99,
        "p99_ratio": round(page_p99 / bare_p99, 2),
        "cpu_ms": page_cpu,
        "floor_cpu_ms": bare_cpu,
        "cpu_ratio": round(page_cpu / bare_cpu, 2),
        "requests_per_second": mean([page.requests_per_second for page in pages]),
        "floor_requests_per_second": mean([floor.requests_per_second for floor in floors]),
    }


def sign_in(server: Server) -> dict[str, str]:
    """Sign in as a person would, and return the cookie header of the session."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"http://127.0.0.1:{server.port}/login"
    page = browser.open(address, timeout=30).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if token is None:
        raise RuntimeError("The sign-in page has no CSRF token.")
    form = {"email": fill.EMAIL, "password": fill.PASSWORD, "csrf_token": token[1]}
    browser.open(address, urllib.parse.urlencode(form).encode(), timeout=30)
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)}
