"""Words by which buyers leave, language by language: what carriers and regulators have them send to get no more messages.

STOP works everywhere, whatever the shop speaks: it is what phones' own settings and carriers' notices say. Only words that
mean nothing else in a shop are here: "cancel" and "end" would take an order's words away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from grammars.folding import KEPT_TEXTS_MAX, fold

EVERYWHERE = (
    *("stop", "stopall", "stop all", "stop-all"),
    *("unsubscribe", "opt out", "opt-out", "optout", "revoke"),
)

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
    "zh": ("退订", "退订短信", "取消订阅", "停止发送", "拒收", "拒收短信", "td", "tdhf", "t退订"),
    "zu": ("misa",),
}
"""By language code. A language that is not here has those of EVERYWHERE."""

_AROUND = """
please pls plz kindly now thanks thank you all it this sms text texts texting message messages
messaging sending me tafadhali asante sasa por favor gracias mensajes svp merci bitte danke jetzt
obrigado mensagens per favore grazie tolong terima kasih lütfen пожалуйста спасибо будь ласка من
فضلك شكرا कृपया
"""
AROUND = frozenset(_AROUND.split())
"""What people put round the word when they write to a person, and say nothing by."""
AROUND_TOGETHER = (
    ("请", "我要", "我想", "麻烦"),
    ("谢谢", "短信", "吧", "了", "してください", "해주세요", "ください"),
)
"""The same in scripts that write no spaces: before the word, and behind it."""


@cache
def opt_out_words(languages: tuple[str, ...]) -> frozenset[str]:
    """Folded words by which buyers of a shop with these languages leave."""
    return words_in(languages, EVERYWHERE, BY_LANGUAGE)


@lru_cache(KEPT_TEXTS_MAX)
def opts_out(text: str, languages: tuple[str, ...], keywords: tuple[str, ...] = ()) -> bool:
    """Whether a text says so in a shop with these languages: the word, as people put it ("please stop"), or, on a code that
    shops share, with a keyword of the shop behind it ("STOP SHOES").
    """
    return says_one_of(opt_out_words(languages), text, keywords)


def words_in(
    languages: Iterable[str], everywhere: Iterable[str], by_language: Mapping[str, Iterable[str]]
) -> frozenset[str]:
    """Folded words that work everywhere, and those of these languages and of Chinese."""
    found = [*everywhere]
    # Chinese carriers have their own, which their subscribers send to anybody; who left by 退订 comes back by 恢复.
    for language in ("zh", *languages):
        found += by_language.get(language, ())
    return frozenset(map(fold, found))


def says_one_of(words: frozenset[str], text: str, keywords: tuple[str, ...]) -> bool:
    """Whether a text is one of these folded words, with courtesies round it or not, or with a shop's keyword behind it."""
    word = fold(text)
    if word in words:
        return True
    plain = without_courtesies(word)
    for keyword in keywords:
        plain = plain.removesuffix(" " + fold(keyword))
    return plain in words


def without_courtesies(folded: str) -> str:
    """What is left of a folded text without what people put round such a word: "please stop texting me" is "stop"."""
    words = folded.replace(",", " ").replace("!", " ").replace(".", " ").split()
    while words and words[0] in AROUND:
        del words[0]
    while words and words[-1] in AROUND:
        del words[-1]
    rest = " ".join(words)
    before, behind = AROUND_TOGETHER
    for mark in before:
        rest = rest.removeprefix(mark)
    for mark in behind:
        rest = rest.removesuffix(mark).rstrip()
    return rest
