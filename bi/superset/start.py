"""Starts Superset on 127.0.0.1, with its own packages: `python start.py <home> [--port 8088] [--prepare-only]`.

Makes its database, an administrator with a password of its own, and the assets in `<home>/assets`, which every start
writes anew: what people add under other names stays.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import warnings
from pathlib import Path


def main() -> int:
    """Prepare and start Superset; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--prepare-only", action="store_true", help="import the assets, but do not start the server")
    options = parser.parse_args()
    if not options.prepare_only and not _is_free(options.port):
        print(
            f"port {options.port} of 127.0.0.1 is taken: stop what listens there, or give another, PORT=8089",
            file=sys.stderr,
        )
        return 1
    home = options.home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    key = home / "secret_key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48), encoding="ascii")
    os.environ |= {
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(Path(__file__).parent / "superset_config.py"),
        "FLASK_APP": "superset",
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
    }
    superset = [str(Path(sys.executable).parent / "superset")]
    for command in (["db", "upgrade"], ["init"]):
        done = subprocess.run([*superset, *command], capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
            return done.returncode
    _prepare(home)
    if options.prepare_only:
        return 0
    print(f"Superset is at http://127.0.0.1:{options.port}/superset/dashboard/podcasts/ (Ctrl-C stops it)", flush=True)
    return _serve(
        [*superset, "run", "--host", "127.0.0.1", "--port", str(options.port), "--with-threads", "--no-reload"]
    )


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _serve(command: list[str]) -> int:
    """Run the server until it ends or is asked to, by Ctrl-C or a service manager; leave no process behind."""
    # In a group of its own, the server does not see Ctrl-C itself and answers it with a traceback.
    server = subprocess.Popen(command, start_new_session=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return server.wait()
    except KeyboardInterrupt:
        print("Superset stops", flush=True)
        return 0
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _prepare(home: Path) -> None:
    # What its libraries find fault with in each other helps nobody here; errors are still told.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        from flask import g
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.extensions import security_manager

        user = security_manager.find_user("admin")
        if user is None:
            password = secrets.token_urlsafe(16)
            role = security_manager.find_role("Admin")
            user = security_manager.add_user("admin", "Ad", "Min", "admin@localhost", role, password=password)
            print(f"User: admin   Password: {password}   (shown once: keep it)", flush=True)
        g.user = user
        assets = home / "assets"
        contents = {
            path.relative_to(assets).as_posix(): path.read_text(encoding="utf-8") for path in assets.rglob("*.yaml")
        }
        ImportAssetsCommand(contents).run()


if __name__ == "__main__":
    raise SystemExit(main())
