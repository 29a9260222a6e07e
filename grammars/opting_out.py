"""Words by which buyers leave, language by language: what carriers and regulators have them send to get no more messages.

STOP works everywhere, whatever the shop speaks: it is what phones' own settings and carriers' notices say. Only words that
mean nothing else in a shop are here: "cancel" and "end" would take an order's words away.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from grammars.folding import fold

EVERYWHERE = ("stop", "stopall", "stop all", "unsubscribe", "opt out", "optout")

BY_LANGUAGE: dict[str, tuple[str, ...]] = {
    "am": ("አቁም",),
    "ar": ("توقف", "قف", "إلغاء الاشتراك", "الغاء الاشتراك"),
    "bn": ("বন্ধ", "থামুন"),
    "de": ("stopp", "abmelden", "abbestellen"),
    "es": ("baja", "darme de baja", "alto", "parar"),
    "fa": ("لغو", "توقف"),
    "fr": ("arret", "arrêt", "arreter", "arrêter", "desabonner", "désabonner"),
    "ha": ("tsaya", "dakatar"),
    "he": ("הסר", "הסרה", "עצור"),
    "hi": ("रोकें", "बंद", "बंद करें"),
    "id": ("berhenti", "stop langganan"),
    "it": ("ferma", "disiscrivi", "cancellami"),
    "ja": ("停止", "配信停止", "解除"),
    "km": ("ឈប់",),
    "ko": ("수신거부", "중지", "그만"),
    "lo": ("ຢຸດ",),
    "ms": ("berhenti", "batal langganan"),
    "my": ("ရပ်",),
    "ne": ("बन्द",),
    "nl": ("stoppen", "afmelden"),
    "pl": ("rezygnacja", "wypisz"),
    "pt": ("parar", "pare", "sair", "cancelar inscrição"),
    "ro": ("dezabonare", "opreste"),
    "ru": ("стоп", "отписаться", "отписка"),
    "sw": ("acha", "simama", "sitisha", "jiondoe"),
    "ta": ("நிறுத்து",),
    "te": ("ఆపు",),
    "th": ("หยุด", "ยกเลิกรับข่าวสาร"),
    "tl": ("ihinto", "tigil"),
    "tr": ("dur", "iptal", "ret"),
    "uk": ("стоп", "відписатися"),
    "ur": ("بند", "روکیں"),
    "vi": ("dừng", "dung lai", "huy dk", "hủy đk", "từ chối"),
    "yo": ("duro",),
    "zh": ("退订", "退订短信", "取消订阅", "停止发送", "td", "tdhf", "t退订"),
    "zu": ("misa",),
}
"""By language code. A language that is not here has those of EVERYWHERE."""


@cache
def opt_out_words(languages: tuple[str, ...]) -> frozenset[str]:
    """Folded words by which buyers of a shop with these languages leave."""
    found: Iterable[str] = EVERYWHERE
    # Chinese carriers have their own, which their subscribers send to anybody.
    for language in ("zh", *languages):
        found = (*found, *BY_LANGUAGE.get(language, ()))
    return frozenset(fold(word) for word in found)
