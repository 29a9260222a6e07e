"""TLS of signalling, as the settings say: what we show to others, and whom we believe."""

from __future__ import annotations

import ssl

from commands.settings.voice import VoiceSection


def server_tls(section: VoiceSection) -> ssl.SSLContext | None:
    """What we show to who connects by TLS. Raises OSError for files that are no certificate and key."""
    if section.tls_port is None or section.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(section.tls_certificate, section.tls_key)
    return context


def client_tls(section: VoiceSection) -> ssl.SSLContext:
    """How trunks that we connect to prove who they are. Raises OSError for files that are no certificates."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if section.tls_authorities is not None:
        context.load_verify_locations(section.tls_authorities)
    if section.tls_certificate is not None:
        context.load_cert_chain(section.tls_certificate, section.tls_key)
    return context
