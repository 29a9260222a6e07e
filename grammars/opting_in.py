"""Words by which buyers who left come back, language by language.

START and UNSTOP are what carriers tell who said STOP (CTIA, Messaging Principles and Best Practices). They count only of
somebody who has left, so a shop's own "start" stays its own.
"""

from __future__ import annotations

from functools import cache, lru_cache

from grammars.folding import KEPT_TEXTS_MAX
from grammars.opting_out import says_one_of, words_in

EVERYWHERE = ("start", "unstop", "un-stop", "subscribe", "resubscribe", "opt in", "opt-in")

BY_LANGUAGE: dict[str, tuple[str, ...]] = {
    "am": ("ጀምር",),
    "ar": ("ابدأ", "ابدا", "اشتراك"),
    "bn": ("শুরু",),
    "de": ("starten", "anmelden", "abonnieren"),
    "es": ("alta", "darme de alta", "iniciar", "empezar"),
    "fa": ("شروع",),
    "fr": ("commencer", "reprendre", "abonner"),
    "ha": ("fara",),
    "he": ("התחל",),
    "hi": ("शुरू", "शुरू करें"),
    "id": ("mulai", "langganan"),
    "it": ("inizia", "iscrivimi"),
    "ja": ("開始", "再開", "配信再開"),
    "km": ("ចាប់ផ្តើម",),
    "ko": ("시작", "수신동의"),
    "lo": ("ເລີ່ມ",),
    "ms": ("mula", "langgan"),
    "my": ("စတင်",),
    "ne": ("सुरु",),
    "nl": ("starten", "aanmelden"),
    "pl": ("wznów", "zapisz"),
    "pt": ("iniciar", "começar"),
    "ro": ("abonare", "reia"),
    "ru": ("старт", "подписаться", "подписка"),
    "sw": ("anza", "jiunge"),
    "ta": ("தொடங்கு",),
    "te": ("ప్రారంభించు",),
    "th": ("เริ่ม",),
    "tl": ("simulan",),
    "tr": ("başla", "başlat"),
    "uk": ("старт", "підписатися"),
    "ur": ("شروع",),
    "vi": ("bắt đầu", "bat dau", "đăng ký", "dang ky"),
    "yo": ("bẹrẹ",),
    "zh": ("开始", "恢复", "恢复订阅", "恢复短信", "重新订阅", "订阅", "开通"),
    "zu": ("qala",),
}
"""By language code. A language that is not here has those of EVERYWHERE."""


@cache
def opt_in_words(languages: tuple[str, ...]) -> frozenset[str]:
    """Folded words by which buyers of a shop with these languages come back."""
    return words_in(languages, EVERYWHERE, BY_LANGUAGE)


@lru_cache(KEPT_TEXTS_MAX)
def opts_in(text: str, languages: tuple[str, ...], keywords: tuple[str, ...] = ()) -> bool:
    """Whether a text of somebody who left says so, put as `opts_out` has it."""
    return says_one_of(opt_in_words(languages), text, keywords)
