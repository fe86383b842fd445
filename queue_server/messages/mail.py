"""The sender ``smtp``: an e-mail through the office's own mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any

from .senders import BadSender, NotSent, Outgoing, only

TIMEOUT_S = 10.0
PORTS = {"starttls": 587, "tls": 465, "none": 25}
_KNOWN: dict[str, type] = {
    "host": str, "port": int, "security": str, "user": str, "password": str, "sender": str,
}
_HERE = ("localhost", "127.0.0.1", "::1")


class SmtpSender:
    """``host``, ``port``, ``security`` (starttls, tls or none), ``user`` and ``password`` where the server wants them,
    ``sender``, the address it comes from: "Rutan Contoh <antrean@example.go.id>"."""

    #: Two e-mails with one Message-ID are one in many a mailbox, but not in all.
    repeatable = False

    def __init__(self, settings: dict[str, Any]) -> None:
        only(settings, _KNOWN)
        self.host, self.security = str(settings.get("host", "")), str(settings.get("security", "starttls"))
        if not self.host:
            raise BadSender("host is missing: the name of the mail server.")
        if self.security not in PORTS:
            raise BadSender(f"security must be one of {', '.join(PORTS)}.")
        self.port = int(settings.get("port", PORTS[self.security]))
        self.user, self.password = str(settings.get("user", "")), str(settings.get("password", ""))
        if self.user and self.security == "none" and self.host not in _HERE:
            raise BadSender("a password is sent over TLS only; write security = \"starttls\".")
        self.sender = str(settings.get("sender", ""))
        self.domain = parseaddr(self.sender)[1].rpartition("@")[2]
        if not self.domain or not self.sender.isprintable():
            raise BadSender('sender must be an address, "Rutan Contoh <antrean@example.go.id>".')

    def send(self, message: Outgoing) -> None:
        try:
            with self._line() as line:
                if self.user:
                    line.login(self.user, self.password)
                line.send_message(self._letter(message))
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSent(_said(max(code for code, _why in error.recipients.values()))) from error
        except smtplib.SMTPAuthenticationError as error:
            raise NotSent("wrong_password") from error  # somebody may put it right while the message is of use
        except smtplib.SMTPResponseException as error:
            raise NotSent(_said(error.smtp_code)) from error
        except ssl.SSLError as error:
            raise NotSent("bad_certificate") from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent("no_answer") from error
        except (ValueError, UnicodeError) as error:  # an address that no header can hold
            raise NotSent("refused") from error

    def _line(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        line = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        if self.security == "starttls":
            line.starttls(context=context)
        return line

    def _letter(self, message: Outgoing) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.sender, message.to, message.subject or message.office
        letter["Date"], letter["Message-ID"] = formatdate(), f"<{message.key}@{self.domain}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no mailbox answers it by itself
        letter.set_content(message.text)
        return letter


def _said(code: int) -> str:
    """4xx is "not now" (RFC 5321), anything else that is no success is no."""
    return f"smtp_{code}" if 400 <= code < 500 else "refused"
