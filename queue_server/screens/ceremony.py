"""What the WebAuthn library does for passkeys.py. Loaded when the first passkey is asked for: it brings a whole library
of certificates along, which every command at the shell would otherwise wait for.
"""

from __future__ import annotations

import json
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ..store.passkeys import Passkey

__all__ = ["WebAuthnException", "check_added", "check_answer", "to_add", "to_sign_in"]


def to_sign_in(site: str, question: bytes, mine: list[Passkey], alone: bool = False) -> dict[str, Any]:
    """What ``navigator.credentials.get`` is asked with. ``alone``: there is no password beside it, so the phone makes
    sure of its person (fingerprint, face, PIN)."""
    return dict(json.loads(webauthn.options_to_json(webauthn.generate_authentication_options(
        rp_id=site, challenge=question, allow_credentials=_named(mine), user_verification=_verified(alone)))))


def to_add(
    site: str, question: bytes, user: bytes, name: str, shown: str, mine: list[Passkey], alone: bool = False,
) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is asked with."""
    return dict(json.loads(webauthn.options_to_json(webauthn.generate_registration_options(
        rp_id=site, rp_name="Antrean", user_name=name, user_display_name=shown, user_id=user, challenge=question,
        exclude_credentials=_named(mine), authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_verified(alone))))))


def _verified(alone: bool) -> UserVerificationRequirement:
    return UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED


def check_answer(
    site: str, origin: str, question: bytes, answer: dict[str, Any], used: Passkey, alone: bool = False,
) -> int:
    """The key's own count of its uses, of a right answer; raises WebAuthnException."""
    return webauthn.verify_authentication_response(
        credential=answer, expected_challenge=question, expected_rp_id=site, expected_origin=origin,
        credential_public_key=base64url_to_bytes(used.public_key), credential_current_sign_count=used.uses,
        require_user_verification=alone,
    ).new_sign_count


def check_added(
    site: str, origin: str, question: bytes, answer: dict[str, Any], alone: bool = False,
) -> dict[str, Any]:
    """{credential, public_key, uses} of a right answer; raises WebAuthnException."""
    right = webauthn.verify_registration_response(
        credential=answer, expected_challenge=question, expected_rp_id=site, expected_origin=origin,
        require_user_verification=alone)
    return {
        "credential": bytes_to_base64url(right.credential_id), "uses": right.sign_count,
        "public_key": bytes_to_base64url(right.credential_public_key)}


def _named(mine: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(p.credential)) for p in mine]
