"""Letters that say nothing: what a mail looks like is not at stake here, and rendering would take most of the time."""

from datetime import datetime
from email.message import EmailMessage

from services.notifier.decisions import Mail, MailId
from shared.jobs import JobView
from shared.recipients import Recipient
from shared.searches import Search


class BareLetters:
    def message_id(self, mail_id: MailId) -> str:
        return f"<{mail_id.kind}.{mail_id.job_id}@example.org>"

    def letter(
        self,
        mail: Mail,
        _job: JobView,
        recipient: Recipient,
        *,
        search: Search | None,  # noqa: ARG002 - the real ones tell of it
        now: datetime,
    ) -> EmailMessage:
        letter = EmailMessage()
        letter["Date"] = now
        letter["To"] = recipient.address
        letter["Message-ID"] = mail.message_id
        return letter
