"""Hosts that answer with anything but a feed: each costs a reason, never a run. More in tests/unit/test_feeds.py."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from orchestration.characters import harmless
from orchestration.feeds import FeedReport
from orchestration.fetching import Fetcher, Limits

QUICK = Limits(max_bytes=50_000, max_s=0.5, idle_s=0.3, max_tries=1, pause_s=0.0)
OK = b"HTTP/1.1 200 OK\r\n"
BODY = OK + b"Content-Type: text/xml\r\n"
# What is sent once, and what again and again until the other side has had enough.
ANSWERS = {
    "nothing": (b"", b""),
    "no HTTP at all": (b"\x00\xff" * 50, b""),
    "terminal codes for a status": (b"HTTP/1.1 200 \x1b[2J\x1b]0;x\x07\r\n", b""),
    "endless status line": (b"HTTP/1.1 200 ", b"A" * 1000),
    "endless header": (OK + b"X: ", b"A" * 1000),
    "endless headers": (OK, b"X-Header: value\r\n" * 50),
    "endless interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 20),
    "endless early hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20),
    "endless length of a chunk": (BODY + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 1000),
    "endless extension of a chunk": (BODY + b"Transfer-Encoding: chunked\r\n\r\n1;x=", b"A" * 1000),
    "endless trailers": (BODY + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: value\r\n" * 50),
    "chunks without end": (BODY + b"Transfer-Encoding: chunked\r\n\r\n", b"3E8\r\n" + b"A" * 1000 + b"\r\n"),
    "length and chunks at once": (BODY + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdef", b""),
    "two lengths": (BODY + b"Content-Length: 3\r\nContent-Length: 9\r\n\r\nabc", b""),
    "negative length": (BODY + b"Content-Length: -1\r\n\r\nabc", b""),
    "length of a thousand digits": (BODY + b"Content-Length: " + b"9" * 1000 + b"\r\n\r\nabc", b""),
    "length in other digits": (BODY + "Content-Length: ٣\r\n\r\nabc".encode(), b""),
    "gzip of endless empty parts": (BODY + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 50),
    "gzip of zeros": (BODY + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(50_000_000)), b""),
    "gzip that is none": (BODY + b"Content-Encoding: gzip\r\n\r\nnone", b""),
    "another packing": (BODY + b"Content-Encoding: br\r\n\r\nxxxx", b""),
    "packed twice": (BODY + b"Content-Encoding: gzip, gzip\r\n\r\nxxxx", b""),
    "switching protocols": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", b""),
    "redirect to a file": (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n", b""),
    "redirect to what is no address": (b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n", b""),
    "redirect to a metadata service": (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n", b""),
    "redirect to a number": (b"HTTP/1.1 302 Found\r\nLocation: http://2130706433/\r\n\r\n", b""),
    "redirect to nobody's address": (b"HTTP/1.1 302 Found\r\nLocation: http://0.0.0.0/\r\n\r\n", b""),
    "redirect to a private one in other digits": (
        "HTTP/1.1 302 Found\r\nLocation: http://①⑩.0.0.1/\r\n\r\n".encode(),
        b"",
    ),
    "redirect to a host of 10,000 letters": (
        b"HTTP/1.1 302 Found\r\nLocation: http://" + b"a" * 10_000 + b"/\r\n\r\n",
        b"",
    ),
    "wait for ever": (b"HTTP/1.1 429 Too Many\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n", b""),
    "a date that is none": (
        b"HTTP/1.1 503 No\r\nRetry-After: Mon, 99 Foo 99999 99:99:99\r\nContent-Length: 0\r\n\r\n",
        b"",
    ),
}


@contextmanager
def host(once: bytes, again: bytes) -> Iterator[str]:
    """Serve one answer on this machine, and return its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(5)
                    connection.recv(10_000)
                    connection.sendall(once)
                    # Bounded: 20 MB are four hundred times what is allowed.
                    for _ in range(20_000_000 // len(again) if again else 0):
                        connection.sendall(again)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/feed"
    thread.join(10)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_of_any_kind_is_a_reason(name: str) -> None:
    with host(*ANSWERS[name]) as url:
        # The first host may be here, since it is ours; no redirect may lead to any other that is.
        answer = Fetcher(QUICK).get(url, private_hosts=frozenset(("127.0.0.1",)))
    assert answer.outcome == "failed" and answer.reason and not answer.body
    line = FeedReport("a", url, "failed", answer.reason).line()
    assert line == harmless(line)
