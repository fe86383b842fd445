"""HTTPS before a server under test: a certificate of our own making, and a door that passes on what comes."""

from __future__ import annotations

import datetime
import ipaddress
import select
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path) -> Path:
    """A key and a certificate for localhost, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256()))
    file = folder / "localhost.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM))
    return file


class TlsFront:
    """Listens with TLS and passes every connection on to ``port``; ``port`` may be set once the server runs."""

    def __init__(self, folder: Path) -> None:
        self.port = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(folder))
        self._context = context
        self._door = socket.create_server(("127.0.0.1", 0))
        self.base = f"https://localhost:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _who = self._door.accept()
                threading.Thread(target=self._pass_on, args=(line,), daemon=True).start()

    def _pass_on(self, raw: socket.socket) -> None:
        with suppress(OSError), self._context.wrap_socket(raw, server_side=True) as line, \
                socket.create_connection(("127.0.0.1", self.port)) as server:
            # One thread for both ways: what encrypts may not read and write at the same time.
            ways: dict[socket.socket, socket.socket] = {line: server, server: line}
            while True:
                for one in [line] if line.pending() else select.select([*ways], [], [])[0]:
                    data = one.recv(65_536)
                    if not data:
                        return
                    ways[one].sendall(data)

    def close(self) -> None:
        self._door.close()

