"""Fetching over HTTP from hosts that nobody has reason to trust.

Belongs here: one request with its redirects, retries, limits and the check of every address before it is connected to.
What is fetched, and what becomes of it, is `orchestration.feeds`.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Literal

import httpcore
import httpx

USER_AGENT = "podcast-warehouse/0.1 (follows podcast feeds that its owner lists)"
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_TRY_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
_NO_TEXT = ("audio/", "video/", "image/", "font/")
_MOST_URL_CHARACTERS = 2000
# Timeouts may end that much early.
_CLOCK_S = 0.005
_BROKEN = (
    httpx.HTTPError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    ssl.SSLError,
    OSError,
)
_V4_IN_V6 = ipaddress.ip_network("64:ff9b::/96")

Outcome = Literal["fetched", "unchanged", "gone", "failed"]
Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may cost.

    max_bytes: of the body, unpacked. max_s: of one try with its redirects, from first to last byte. idle_s: without a
    single byte. pause_s: least time between two requests to one host. backoff_s: before the second try, doubled before
    each further one. max_wait_s: the longest wait that a host may ask for.
    """

    max_bytes: int = 50_000_000
    max_s: float = 60.0
    idle_s: float = 20.0
    max_redirects: int = 5
    max_tries: int = 3
    backoff_s: float = 2.0
    pause_s: float = 1.0
    max_wait_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. `reason` says in words why there is no body; `url` is the last address asked."""

    outcome: Outcome
    url: str
    reason: str = ""
    status: int | None = None
    body: bytes = b""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    """Where the address has moved for good."""


class _RefusedError(Exception):
    """What no further try would change."""


class _TryAgainError(Exception):
    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet, whatever notation hides it."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _V4_IN_V6:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order in which to try them. Raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Fetcher:
    """Asks politely: a pause between requests to one host, a wait that doubles after each failure, a name."""

    def __init__(
        self,
        limits: Limits | None = None,
        resolve: Resolver = resolve_host,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the limits, and for tests how names are resolved and how time passes."""
        self.limits = limits or Limits()
        self._resolve = resolve
        self._sleep = sleep
        self._clock = clock
        self._next_at: dict[str, float] = {}

    def get(
        self,
        url: str,
        etag: str | None = None,
        last_modified: str | None = None,
        private_hosts: frozenset[str] = frozenset(),
    ) -> Answer:
        """Fetch `url`. Never raises on what the host does: every failure is an answer with its reason.

        etag, last_modified: of the copy at hand, so that the host can say `unchanged`. private_hosts: names of hosts,
        lower case, whose addresses may be private; those of all others must be public, after redirects, too.
        """
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept": "*/*"}
        # What a host sent may be no ASCII, which cannot be sent back.
        if etag and etag.isascii():
            headers["If-None-Match"] = etag
        if last_modified and last_modified.isascii():
            headers["If-Modified-Since"] = last_modified
        backoff = self.limits.backoff_s
        reason = ""
        for number in range(self.limits.max_tries):
            try:
                return self._follow(url, headers, private_hosts)
            except _RefusedError as error:
                return Answer("failed", url, str(error))
            except _TryAgainError as error:
                reason, wait = str(error), max(backoff, error.wait_s or 0.0)
            except _BROKEN as error:
                reason, wait = _said(error), backoff
            if number + 1 < self.limits.max_tries:
                if wait > self.limits.max_wait_s:
                    return Answer("failed", url, f"{reason}; it asks to wait {wait:.0f} s")
                self._sleep(wait)
                backoff *= 2
        return Answer("failed", url, f"{reason}, {self.limits.max_tries} times")

    def _follow(self, url: str, headers: dict[str, str], private_hosts: frozenset[str]) -> Answer:
        deadline = self._clock() + self.limits.max_s
        asked = {url}
        moved_to: str | None = None
        is_permanent = True
        for _ in range(self.limits.max_redirects + 1):
            target = _checked(url)
            deadline += self._wait_for(target.host)
            transport = _Transport(self._resolve, private_hosts, deadline, self.limits.max_s, self._clock)
            timeout = httpx.Timeout(self.limits.idle_s)
            with (
                httpx.Client(transport=transport, trust_env=False, timeout=timeout) as client,
                client.stream("GET", target, headers=headers, follow_redirects=False) as response,
            ):
                if response.status_code not in _REDIRECTS:
                    return self._answer(url, response, moved_to)
                location = response.headers.get("location", "")
                is_permanent = is_permanent and response.status_code in _PERMANENT
            if not location:
                raise _RefusedError(f"a redirect ({response.status_code}) without an address")
            try:
                url = str(target.join(location))
            except httpx.InvalidURL:
                raise _RefusedError(f"a redirect to what is no address: {location[:80]!r}") from None
            if url in asked:
                raise _RefusedError(f"redirects in a circle, back to {url[:200]}")
            asked.add(url)
            moved_to = url if is_permanent else moved_to
        raise _RefusedError(f"more than {self.limits.max_redirects} redirects")

    def _wait_for(self, host: str) -> float:
        """Wait until the host may be asked again, and return the seconds waited."""
        wait = max(0.0, self._next_at.get(host, 0.0) - self._clock())
        if wait:
            self._sleep(wait)
        self._next_at[host] = self._clock() + self.limits.pause_s
        return wait

    def _answer(self, url: str, response: httpx.Response, moved_to: str | None) -> Answer:
        status = response.status_code
        if status == 304:
            return Answer("unchanged", url, status=status, moved_to=moved_to)
        if status == 410:
            return Answer("gone", url, "gone for good (410)", status)
        if status in _TRY_AGAIN:
            raise _TryAgainError(f"the host answers {status}", _retry_after(response.headers.get("retry-after", "")))
        if status != 200:
            return Answer("failed", url, f"the host answers {status}", status)
        content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()[:100]
        if content_type.startswith(_NO_TEXT):
            raise _RefusedError(f"it is {content_type}, no text")
        return Answer(
            "fetched",
            url,
            status=status,
            body=self._body(response),
            content_type=content_type,
            etag=response.headers.get("etag", "")[:500] or None,
            last_modified=response.headers.get("last-modified", "")[:100] or None,
            moved_to=moved_to,
        )

    def _body(self, response: httpx.Response) -> bytes:
        limit = self.limits.max_bytes
        stated = response.headers.get("content-length", "")
        if stated.isdecimal() and int(stated[:18]) > limit:
            raise _RefusedError(f"{int(stated[:18]):,} bytes: more than the limit of {limit:,}")
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip", ""):
            raise _RefusedError(f"packed as {coding[:40]!r}, which was not asked for")
        raw = response.iter_raw()
        body = bytearray()
        for chunk in _unpacked(raw, limit) if coding in ("gzip", "x-gzip") else raw:
            body += chunk
            if len(body) > limit:
                raise _RefusedError(f"more than the limit of {limit:,} bytes")
        return bytes(body)


def _unpacked(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield what is packed in `chunks`, never more at once than `limit` and a byte, however small the chunk."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            while chunk:
                yield unpacker.decompress(chunk, limit + 1)
                chunk = unpacker.unconsumed_tail
                if unpacker.eof:
                    chunk = unpacker.unused_data
                    unpacker = zlib.decompressobj(wbits=31) if chunk else unpacker
    except zlib.error:
        raise _RefusedError("its gzip data are damaged") from None
    if not unpacker.eof:
        raise _TryAgainError("its gzip data end too early")


def _checked(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise _RefusedError(f"not an address: {url[:80]!r}") from None
    if parsed.scheme not in ("http", "https"):
        raise _RefusedError(f"only http and https are fetched, not {parsed.scheme[:20]!r}")
    if not parsed.host or len(url) > _MOST_URL_CHARACTERS:
        raise _RefusedError(f"not an address: {url[:80]!r}")
    if parsed.userinfo:
        raise _RefusedError("addresses with a name and password in them are not fetched")
    return parsed


def _retry_after(value: str) -> float | None:
    if value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value[:100]).timestamp() - time.time())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _said(error: Exception) -> str:
    if isinstance(error, (httpx.TimeoutException, httpcore.TimeoutException)):
        return "no answer in time"
    return f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")


class _Stream(httpcore.NetworkStream):
    """A connection that ends at a deadline, even if a byte arrives before every timeout."""

    def __init__(self, inner: httpcore.NetworkStream, left: Callable[[float | None], float]) -> None:
        self._inner = inner
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._told():
            return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._told():
            self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._told():
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except httpcore.TimeoutException:
            # Where it was the deadline that ended the wait, no further try is made.
            self._left(None)
            raise


class _Backend(httpcore.NetworkBackend):
    """Resolves a host once, checks what it got, and connects to just that: a second answer of its DNS is never used."""

    def __init__(
        self,
        resolve: Resolver,
        private_hosts: frozenset[str],
        deadline: float,
        max_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._resolve = resolve
        self._private_hosts = private_hosts
        self._deadline = deadline
        self._max_s = max_s
        self._clock = clock
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise _TryAgainError(f"the host {host[:100]!r} is not known: {str(error)[:100]}") from None
        if host.lower() not in self._private_hosts:
            for address in addresses:
                if not is_public(address):
                    raise _RefusedError(f"the host {host[:100]!r} has the address {address}, which is not public")
        last: Exception = httpcore.ConnectError(f"the host {host[:100]!r} has no address")
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(address, port, self._left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
                continue
            return _Stream(stream, self._left)
        raise last

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - self._clock()
        if left <= _CLOCK_S:
            raise _RefusedError(f"it took longer than {self._max_s:g} s")
        return min(left, timeout) if timeout is not None else left


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Iterable[bytes]) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        close = getattr(self._inner, "close", None)
        if close:
            close()


class _Transport(httpx.BaseTransport):
    """What httpx's own transport does, over connections of our own. Proxies of the environment are not used."""

    def __init__(self, *backend: Any) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(), network_backend=_Backend(*backend), max_keepalive_connections=0
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        assert isinstance(request.stream, httpx.SyncByteStream)
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()
