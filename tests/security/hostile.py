"""Hostile raw files by kind. What each wants is in its name; none of them gets it."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import socket
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SECRET = "the secret of the machine"
SPOKEN = "**Ada Bee:** Good evening to all.\n\n**Bo Cee:** And a good evening to you, Ada.\n\n" * 5
Maker = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Case:
    """An input. is_rejected: whether a reject must say so; else it may as well be read, or be no document at all."""

    kind: str
    name: str
    make: Maker
    is_rejected: bool = False


class _Runs:
    """What a pickle would run."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch pwned",)


def _file(name: str, content: bytes | str) -> Maker:
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content

    def make(folder: Path) -> None:
        (folder / name).write_bytes(raw)

    return make


def rss(title: str = "Talk", description: str = "Notes", head: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>The Hive Hour</title>'
        f"<item><title>{title}</title><guid>{zlib.crc32(title.encode())}</guid><description>{description}</description></item></channel></rss>"
    )


def ttml(text: str = "Good evening.", head: str = "") -> str:
    return f'{head}<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">{text}</p></div></body></tt>'


def vtt(speaker: str = "Ada Bee", text: str = "Good evening to all.") -> str:
    return f"WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v {speaker}>{text}\n"


def recogniser(text: str) -> str:
    return json.dumps({"segments": [{"start": 0.0, "end": 2.0, "speaker": "A", "text": text}]})


def _laughs() -> str:
    rows = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))]
    return f"<!DOCTYPE rss [{''.join(rows)}]>"


def word(talk: str, head: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'{head}<w:document xmlns:w="{space}"><w:body>{talk}</w:body></w:document>'
    return _zip(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", text.encode()))


def _zip(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def _special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def _overlapping(entries: int) -> bytes:
    """Return an archive whose entries all unpack the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"0123456789" * 50_000
    packed = packer.compress(plain) + packer.flush()
    numbers = (20, 0, 8, 0, 0, zlib.crc32(plain), len(packed), len(plain), 1, 0)
    local = b"PK\x03\x04" + struct.pack("<HHHHHLLLHH", *numbers) + b"a" + packed
    central = b""
    for _ in range(entries):
        central += b"PK\x01\x02" + struct.pack("<HHHHHHLLLHHHHHLL", 20, *numbers, 0, 0, 0, 0, 0) + b"a"
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, entries, entries, len(central), len(local), 0)
    return local + central + end


def _tar(mode: str, folder: str = "link") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, kind, to in (
            ("/etc/cron.d/pwned", tarfile.REGTYPE, ""),
            ("../pwned", tarfile.REGTYPE, ""),
            (folder, tarfile.SYMTYPE, "/etc/passwd"),
            ("hard", tarfile.LNKTYPE, "../../etc/passwd"),
            ("device", tarfile.CHRTYPE, ""),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, to
            archive.addfile(entry)
    return buffer.getvalue()


def _socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        # The path of a socket may have a hundred characters.
        before = Path.cwd()
        os.chdir(folder)
        try:
            listener.bind("sock")
        finally:
            os.chdir(before)


def _deep_yaml(levels: int) -> str:
    return "title: " + "[" * levels + "]" * levels


def _alias_bomb() -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join((*rows, "title: *a9", "hosts: *a9", ""))


def _sidecar(text: str) -> Maker:
    def make(folder: Path) -> None:
        (folder / "talk.vtt").write_text(vtt(text=f"Good evening to all of you in {folder.name}."))
        (folder / "talk.vtt.yml").write_bytes(text.encode("utf-8", "surrogatepass"))

    return make


def _outside(to: str) -> Maker:
    return lambda folder: (folder / "link.vtt").symlink_to(to)


def _front(text: str) -> Maker:
    return _file("talk.md", f"---\n{text}\n---\n\n{SPOKEN}")


def cases(outside: Path) -> list[Case]:
    """Return all cases. outside: a file outside of the raw folder that holds SECRET."""
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{outside.as_uri()}">]>'
    tt_entity = entity.replace("DOCTYPE rss", "DOCTYPE tt")
    web = "http://127.0.0.1:9/x"
    evil = (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[x](javascript:alert(1))",
        "<!channel> @everyone",
        "`x` | y | ![z](http://127.0.0.1:9/z)",
    )
    sql = ("'; drop table episodes; --", "\"; attach '/etc/passwd'; --", "{{ env_var('PATH') }} {% do 1 %}", "$$ ' \\")
    formulas = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '"=1"', "＝1")
    codes = ("\x1b[2J\x1b]0;x\x07", "\x9b31m", "\u202edrowssap", "\u2066\u2067", "a\rb")
    found = [
        Case("XML", "a billion laughs (RSS)", _file("f.xml", rss("&a11;", head=_laughs())), True),
        Case("XML", "a billion laughs (TTML)", _file("t.xml", ttml("&a11;", _laughs().replace("rss", "tt", 1))), True),
        Case(
            "XML",
            "quadratic growth",
            _file("f.xml", rss("&a;" * 20_000, head=f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>')),
            True,
        ),
        Case("XML", "external entity (RSS)", _file("f.xml", rss("&x;", head=entity)), True),
        Case("XML", "external entity (TTML)", _file("t.xml", ttml("&x;", tt_entity)), True),
        Case("XML", "external DTD", _file("f.xml", rss("&x;", head=f'<!DOCTYPE rss SYSTEM "{web}">'))),
        Case(
            "XML",
            "parameter entity",
            _file("f.xml", rss(head=f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{web}"> %p;]>')),
            True,
        ),
        Case(
            "XML",
            "XInclude",
            _file(
                "t.xml", ttml(f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{outside}" parse="text"/>')
            ),
        ),
        Case(
            "XML",
            "a billion laughs (Word)",
            _file("w.docx", word("&a11;", _laughs().replace("rss", "w:document", 1))),
            True,
        ),
        Case("XML", "100,000 levels (Word)", _file("d.docx", word("<w:p>" * 100_000)), True),
        Case("XML", "100,000 levels", _file("f.xml", rss(description="<a>" * 100_000)), True),
        Case("XML", "an encoding of its own", _file("f.xml", rss().replace('"1.0"', '"1.0" encoding="utf-7"', 1))),
        Case("XML", "entities in a web page", _file("p.html", f"{entity}<html><body><p>&x; &x;</p></body></html>")),
        Case("archive", "zip with absolute path", _file("a.zip", _zip(("/etc/pwned.vtt", b"x"))), True),
        Case("archive", "zip that climbs", _file("a.zip", _zip(("../../pwned.vtt", b"x"))), True),
        Case("archive", "zip that climbs, Windows", _file("a.zip", _zip(("..\\pwned.vtt", b"x"))), True),
        Case(
            "archive",
            "link in a zip",
            _file("a.zip", _zip((_special("l.vtt", stat.S_IFLNK | 0o777), bytes(outside)))),
            True,
        ),
        Case("archive", "zip in a zip", _file("a.zip", _zip(("b.zip", _zip(("c.vtt", b"x"))))), True),
        Case("archive", "zip bomb by ratio", _file("a.zip", _zip(("a.vtt", bytes(30_000_000)))), True),
        Case("archive", "zip with overlapping entries", _file("a.zip", _overlapping(5_000)), True),
        Case("archive", "Word document, a bomb by ratio", _file("b.docx", word("<w:p/>" * 5_000_000)), True),
        Case("archive", "gzip bomb", _file("a.vtt.gz", gzip.compress(bytes(30_000_000))), True),
        Case("archive", "gzip in gzip", _file("a.gz", gzip.compress(gzip.compress(vtt().encode()))), True),
        Case("archive", "tar: paths, links, devices", _file("a.tar", _tar("w")), True),
        Case("archive", "tar.gz", _file("a.tgz", _tar("w:gz", "deeper")), True),
        Case(
            "archive",
            "hostile names in a zip",
            _file("a.zip", _zip(*((n, vtt(text=f"I am called {n!a}.").encode()) for n in (*sql, *codes)))),
        ),
        Case("archive", "sidecar that speaks of a file outside", _file("..passwd.yml", "title: x"), False),
        Case("YAML", "tag that runs code", _sidecar("title: !!python/object/apply:os.system ['touch pwned']\n"), True),
        Case("YAML", "tag that makes an object", _sidecar("title: !!python/object:os.stat_result {}\n"), True),
        Case("YAML", "bomb of aliases", _sidecar(_alias_bomb()), True),
        Case("YAML", "alias of itself", _sidecar("hosts: &a [*a]\n"), True),
        Case("YAML", "30,000 levels", _sidecar(_deep_yaml(30_000)), True),
        Case("YAML", "half a character", _sidecar('title: "\\ud800x"\nshow: "a\\0b\\e[2J"\n')),
        Case("YAML", "address of another kind", _sidecar("url: javascript:alert(1)\n"), True),
        Case("YAML", "local file as address", _sidecar("url: file:///etc/passwd\n"), True),
        Case("YAML", "number of 10,000 digits, no date", _sidecar(f"guid: {'9' * 10_000}\ndate: 2026-99-99\n"), True),
        Case("YAML", "a million keys", _sidecar("a: 1\n" * 1_000_000), True),
        Case("front matter", "tag that runs code", _front("title: !!python/object/apply:os.system ['touch pwned']")),
        Case("front matter", "bomb of aliases", _front(_alias_bomb())),
        Case("front matter", "30,000 levels", _front(_deep_yaml(30_000))),
        Case("front matter", "TOML of 30,000 levels", _file("t.md", f"+++\na = {'[' * 30_000}\n+++\n\n{SPOKEN}")),
        Case("front matter", "TOML key of 20,000 parts", _file("t.md", f"+++\n{'a.' * 20_000}a = 1\n+++\n\n{SPOKEN}")),
        Case("front matter", "a date that is none", _front("date: 2026-99-99")),
        Case(
            "front matter",
            "half a character",
            _front('title: "\\ud800 x"\nguests: ["\\udfff Bo Wax"]\nshow: "\\ud83d\\ude00"'),
        ),
        Case("front matter", "half a character, TOML", _file("t.md", f'+++\ntitle = "\\ud800"\n+++\n\n{SPOKEN}')),
        Case("JSON", "100,000 levels", _file("j.json", "[" * 100_000 + "]" * 100_000), True),
        Case("JSON", "100,000 levels of objects", _file("j.json", '{"segments":' * 100_000 + "}" * 100_000), True),
        Case(
            "JSON",
            "numbers without bounds",
            _file(
                "j.json",
                '{"segments": [{"start": NaN, "end": 1e999, "text": "One."}, {"start": -Infinity, "end": '
                + "9" * 20_000
                + ', "text": "Two."}, {"start": 1e308, "end": -1e308, "text": "Three."}]}',
            ),
        ),
        Case("JSON", "keys twice", _file("j.json", '{"segments": [{"start":0,"end":1,"text":"a","text":"b"}]}')),
        Case("JSON", "halves of characters", _file("j.json", recogniser("\ud800 x \udfff"))),
        Case("JSON", "texts that are none", _file("j.json", '{"segments": [{"start":[],"end":{},"text":[[]]}, 1]}')),
        Case("characters", "RTF, 100,000 levels", _file("r.rtf", "{\\rtf1 " + "{\\b " * 100_000), True),
        Case(
            "characters",
            "RTF, lengths that lie",
            _file("l.rtf", r"{\rtf1 \bin9999999999 \uc9999 \u-9999999999 ?\par}"),
            True,
        ),
        Case("characters", "NUL in titles and labels", _file("f.xml", rss("a\0b", "Notes of a talk. " * 50))),
        Case(
            "characters", "NUL in speech", _file("t.vtt", vtt("A\0da", "Good\0 evening. " + "And more of that. " * 50))
        ),
        Case("characters", "overlong and lone bytes", _file("t.vtt", vtt().encode() + b"\xc0\xaf\xed\xa0\x80\xff\xfe")),
        Case("characters", "20,000 combining marks of two kinds", _file("t.vtt", vtt("Ada" + "\u0300\u0327" * 10_000))),
        Case("characters", "the same in speech", _file("t.vtt", vtt(text="A" + "\u0300\u0327" * 10_000 + " good."))),
        Case("characters", "the same in a title", _file("f.xml", rss("A" + "\u0300\u0327" * 10_000))),
        Case(
            "characters", "one line of 1,000,000", _file("t.txt", SPOKEN + "**Ada Bee:** " + "Hello there. " * 77_000)
        ),
        Case("characters", "a million of <", _file("t.html", "<" * 1_000_000), True),
        Case("characters", "a million line ends", _file("t.txt", "\n" * 1_000_000), True),
        Case("code", "pickle", _file("t.pkl", pickle.dumps(_Runs())), True),
        Case("code", "pickle in text", _file("t.txt", pickle.dumps(_Runs(), 0)), True),
        Case("code", "script", _file("t.sh", "#!/bin/sh\ntouch pwned\n"), True),
        Case("file", "link out of the folder", _outside(str(outside)), True),
        Case("file", "link to the root", _outside("/"), True),
        Case("file", "link to a device", _outside("/dev/zero"), True),
        Case("file", "link to itself", _outside("link.vtt"), True),
        Case("file", "link to memory of the process", _outside("/proc/self/environ"), True),
        Case("file", "pipe", lambda folder: os.mkfifo(folder / "pipe"), True),
        Case("file", "socket", _socket, True),
        Case("file", "name of 255 bytes", _file("n" * 251 + ".vtt", vtt(text="A long name it has."))),
    ]
    for text in evil:
        found.append(Case("markup", f"title {text}", _file("f.xml", rss(f"<![CDATA[{text}]]>", f"<![CDATA[{text}]]>"))))
        found.append(Case("markup", f"label and speech {text}", _file("j.json", _labelled(text))))
    for text in (*sql, *formulas, *codes):
        kind = "SQL, Jinja" if text in sql else "formula" if text in formulas else "terminal, direction"
        title = text.translate({ord(c): f"&#{ord(c)};" for c in "<>&\t\r\x9b"}).replace("\x1b", "").replace("\x07", "")
        found.append(Case(kind, f"title {text!a}", _file("f.xml", rss(title))))
        found.append(Case(kind, f"label and speech {text!a}", _file("j.json", _labelled(text))))
        name = text.replace("/", "_").strip(".") or "x"
        found.append(
            Case(kind, f"folder {text!a}", _below(name, "t.vtt", vtt(text=f"I was in a folder, {len(found)}.")))
        )
        found.append(Case(kind, f"file {text!a}", _file(f"{name}.vtt", vtt(text=f"I have a name, {len(found)}."))))
    return found


def _labelled(text: str) -> str:
    said = [{"start": n * 2.0, "end": n * 2.0 + 2, "speaker": text, "text": f"{text} {n}"} for n in range(3)]
    return json.dumps({"segments": said})


def _below(folder_name: str, name: str, text: str) -> Maker:
    def make(folder: Path) -> None:
        (folder / folder_name).mkdir()
        _file(name, text)(folder / folder_name)

    return make
