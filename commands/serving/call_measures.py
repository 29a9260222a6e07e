"""What operators are told of calls: the channel's, its recognisers', the call-backs', the media plane's and signalling's counts."""

from __future__ import annotations

from collections.abc import Iterable

from center.call_backs import Counters
from center.measure import Measure, counter
from commands.serving.trunks import trunk_measures
from ivr.channel.channel import VoiceChannel
from ivr.media.client import MediaClient
from ivr.signalling.endpoint import Endpoint
from ivr.speech.recognisers import HearingCounters

MEDIA_COUNTS = {
    "sent": "RTP packets sent.",
    "received": "RTP and RTCP packets received.",
    "unsent": "Packets that the kernel did not take.",
    "missed": "Ticks left out: the media plane had no core for more than a frame.",
    "strays": "Packets to no open call, or not from where the call is.",
    "broken": "Packets that are neither RTP nor RTCP.",
    "forged": "Packets to a call with SRTP that its other end did not seal.",
    "flooded": "Packets passed over: too many at once from one call.",
    "waited": "Events of the media plane that waited for signalling to read.",
    "untold": "Events of the media plane that were lost: signalling did not read for too long.",
    "unheard": "Frames lost on their way to recognisers and recordings.",
}
"""Of ivr.media.receiving.Count, those that tell an operator something."""


def of_calls(channel: VoiceChannel) -> Iterable[Measure]:
    """Calls that are up, and those that were."""
    told = channel.counters
    yield Measure(
        "dialcart_calls_up", "gauge", "Calls that are up.", (), [((), float(channel.calls))]
    )
    yield counter("dialcart_calls", "Calls answered.", told.calls)
    yield counter("dialcart_calls_refused", "Calls refused.", told.refused)
    yield counter("dialcart_calls_lost", "Calls whose media stopped.", told.lost)
    yield counter("dialcart_media_resumed", "Media planes that took over.", told.resumed)


def of_hearing(told: HearingCounters) -> Iterable[Measure]:
    """What recognisers understood, and what they did not."""
    yield counter("dialcart_speech_heard", "Utterances understood.", told.heard)
    yield counter("dialcart_speech_empty", "Utterances that fitted no grammar.", told.empty)
    yield counter("dialcart_speech_refused", "Utterances sent to keys.", told.refused)
    yield counter("dialcart_speech_failed", "Recognisers replaced.", told.failed)


def of_call_backs(told: Counters) -> Iterable[Measure]:
    """Calls that were missed, and calls of ours to who was."""
    yield counter("dialcart_calls_missed", "Calls missed.", told.missed)
    yield counter("dialcart_calls_back", "Calls made to who was missed.", told.called)
    yield counter("dialcart_calls_back_reached", "Of them, answered by a person.", told.reached)


def of_media(media: MediaClient) -> Iterable[Measure]:
    """Packets and events of the media plane."""
    counts = media.counts()
    for name, told in MEDIA_COUNTS.items():
        yield counter(f"dialcart_media_{name}", told, counts[name])


def of_signalling(endpoint: Endpoint) -> Iterable[Measure]:
    """SIP messages, who sent too many of them, and the trunks."""
    stack, gate = endpoint.stack, endpoint.gate
    told = stack.counters
    yield counter("dialcart_sip_received", "SIP messages of trunks.", told.received)
    yield counter("dialcart_sip_repeated", "Requests that came again.", told.repeated)
    yield counter("dialcart_sip_strangers", "SIP messages of strangers.", told.strangers)
    yield counter("dialcart_sip_malformed", "SIP messages nobody can read.", told.malformed)
    yield counter(
        "dialcart_sip_suspect", "New requests of sources that gave wrong passwords.", told.suspect
    )
    yield counter("dialcart_sip_refused", "SIP requests refused.", told.refused)
    yield counter(
        "dialcart_sip_banned",
        "Times that a source was banned, or might begin nothing for a while.",
        gate.banned,
    )
    yield counter(
        "dialcart_sip_over_rate", "SIP messages of trunks past their rate.", gate.over_rate
    )
    yield counter(
        "dialcart_sip_dropped",
        "SIP messages that were not read: of banned sources, of trunks that send twice their rate.",
        gate.dropped,
    )
    yield from trunk_measures(stack)
