"""Starts Superset on 127.0.0.1, with its own packages: `python start.py <home> [--port 8088] [--prepare-only]`.

Makes its database, an administrator with a password of its own, and the assets in `<home>/assets`, which every start
writes anew: what people add under other names stays.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Prepare and start Superset; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--prepare-only", action="store_true", help="import the assets, but do not start the server")
    options = parser.parse_args()
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
    return subprocess.call(
        [*superset, "run", "--host", "127.0.0.1", "--port", str(options.port), "--with-threads", "--no-reload"]
    )


def _prepare(home: Path) -> None:
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
