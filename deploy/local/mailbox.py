"""What the mail catcher holds for one person."""

import json
from dataclasses import dataclass

from deploy.local.failures import LocalFailure
from deploy.local.waiting import wait_until
from deploy.local.web import read


@dataclass(frozen=True)
class Mailbox:
    """`url` is the mail catcher's."""

    url: str
    address: str

    def wait_for(self, subject: str, *, instead: str, patience: float) -> str:
        """The text part of the mail with that subject; a mail with the subject `instead` ends the wait as a failure."""
        wait_until(lambda: bool(self._mails().keys() & {subject, instead}), patience=patience, pause=0.2)
        mails = self._mails()
        if subject in mails:
            return self._text(mails[subject])
        if instead in mails:
            raise LocalFailure(f'the mail "{instead}" came: {" ".join(self._text(mails[instead]).split())}')
        raise LocalFailure(f'no mail "{subject}" came within {patience:.0f} s')

    def _mails(self) -> dict[str, int]:
        """Subject to number; the newest of each."""
        mails = json.loads(read(f"{self.url}/messages/"))["messages"]
        return {mail["subject"]: mail["id"] for mail in mails if self.address in str(mail["recipients"])}

    def _text(self, number: int) -> str:
        return read(f"{self.url}/messages/{number}.plain").decode()
