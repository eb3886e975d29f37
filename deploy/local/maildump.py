"""The mail catcher: takes every mail by SMTP, shows it on a page and by REST (`GET /messages/`)."""

from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import LOOPBACK, accepts
from deploy.local.programs import Program
from deploy.local.web import is_ok


@dataclass(frozen=True)
class Maildump:
    home: Path
    program_file: Path
    smtp_port: int
    web_port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.web_port}"

    def program(self) -> Program:
        python = self.program_file.parent / "python"
        stay = ("--foreground", "--no-quit", "--db", str(self.home / "mails.sqlite"))
        smtp = ("--smtp-ip", LOOPBACK, "--smtp-port", str(self.smtp_port))
        web = ("--http-ip", LOOPBACK, "--http-port", str(self.web_port))
        return Program(
            "maildump",
            (str(python), str(self.program_file), *stay, *smtp, *web),
            ports={"AID_LOCAL_MAIL_PORT": self.web_port, "AID_LOCAL_SMTP_PORT": self.smtp_port},
        )

    def answers(self) -> bool:
        return accepts(self.smtp_port) and is_ok(f"{self.url}/messages/")
