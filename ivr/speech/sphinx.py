"""pocketsphinx: the English recogniser that needs no model of its own. It holds the GIL, so it runs in a process apart.

Its hypothesis says nothing of how sure it is, so each utterance is decoded a second time with phones in any order: what
the words explain worse than free phones do, per frame, is how far the caller was from the grammar. Short words are far in
few frames, hence FRAMES_MORE. Measured by telephone (python -m
benchmarks.speech), a third to a half of sentences outside of the grammar are taken for something in it, whatever the noise: nothing
irreversible may follow from speech without a confirmation.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from hashlib import sha256
from itertools import islice
from typing import Any

import pocketsphinx

from ivr.speech.pronouncing import PronouncingError, pronounce
from ivr.speech.quieting import quieted
from ivr.speech.recognition import Hypothesis, Listening
from ivr.speech.samples import Samples, to_int16
from ivr.speech.widening import widened

SILENCE_PROBABILITY = 0.1
"""Of a pause between words. The library's 0.005 has noise after an answer heard as one more short word."""
GRAMMAR_WEIGHT = 4.0
"""How much the grammar's weights count beside what is heard; the library's 6.5 is for dictation."""
BEAMS = {"beam": 1e-40, "pbeam": 1e-40, "wbeam": 1e-26}
"""How far below the best path another may fall and be followed. The library's 1e-48 is for dictation: by these a fifth less CPU, and no
phrase of those that settings were chosen with is understood worse."""
PATHS_MAX = 250
"""Paths followed at once; it counts where a grammar is wide, as numbers with all that people say around them are."""
PHONES_BEAMS = {"beam": 1e-8, "pbeam": 1e-8, "wbeam": 1e-6}
"""For phones in any order, of which many are nearly as good as the best: a quarter of the CPU, the same score."""
SEARCHES_MAX = 64
"""Grammars kept compiled; the one that was used longest ago makes room."""
MIDDLE = -2.9
"""Score a frame, against free phones, at which words and no words are as likely."""
SLOPE = 0.56
FRAMES_MORE = 20
PHONES = "phones"
HYPOTHESES_MAX = 30
"""Looked through for alternatives; many differ in silences alone."""
ALTERNATIVES_MAX = 4

_WORD = re.compile(r"(?<![<\w/.])[\w']+(?![\w>/.])")
"""A word of a grammar: no name of a rule, no weight."""
_FILLERS = frozenset({"<sil>", "SIL", "(NULL)", "</s>", "<s>", "+SPN+", "+NSN+"})
_SMALLEST = 1e-300


class Sphinx:
    """See ivr.speech.recognition.Engine."""

    def __init__(self) -> None:
        # The library has no types.
        library: Any = pocketsphinx
        self._decoder: Any = library.Decoder(
            hmm=library.get_model_path("en-us/en-us"),
            dict=library.get_model_path("en-us/cmudict-en-us.dict"),
            lm=None,
            silprob=SILENCE_PROBABILITY,
            lw=GRAMMAR_WEIGHT,
            logfn="/dev/null",
            **PHONES_BEAMS,
        )
        self._decoder.add_allphone_file(PHONES, library.get_model_path("en-us/en-us-phone.lm.bin"))
        # A search keeps what the settings were when it was made: those of grammars come later.
        for name, value in {**BEAMS, "maxhmmpf": PATHS_MAX}.items():
            self._decoder.config[name] = value
        self._searches: OrderedDict[str, bool] = OrderedDict()
        """Whether all words of each are in it that can be."""

    def hear(self, listening: Listening, samples: Samples) -> Hypothesis:
        """What was said on the telephone, by the grammar, and how sure that is."""
        return self.hear_wide(listening, to_int16(widened(quieted(samples))).tobytes())

    def hear_wide(self, listening: Listening, samples: bytes) -> Hypothesis:
        """The same of 16-bit samples at 16 kHz."""
        heard, scored, frames = self._decode(self._search(listening), samples)
        if not heard or not frames:
            return Hypothesis("", 0.0)
        alternatives = self._alternatives(heard)
        _, free, _ = self._decode(PHONES, samples)
        distance = (scored - free) / (frames + FRAMES_MORE)
        return Hypothesis(heard, 1 / (1 + math.exp((MIDDLE - distance) / SLOPE)), alternatives)

    def _alternatives(self, heard: str) -> tuple[str, ...]:
        """Other hypotheses of the utterance that was decoded last."""
        found: dict[str, None] = {}
        for each in islice(self._decoder.nbest() or (), HYPOTHESES_MAX):
            if each is None:
                break
            found[each.hypstr] = None
        found.pop(heard, None)
        return tuple(found)[:ALTERNATIVES_MAX]

    def _decode(self, search: str, samples: bytes) -> tuple[str, float, int]:
        """The words, the logarithm of their acoustic score, and their frames."""
        decoder = self._decoder
        decoder.activate_search(search)
        decoder.start_utt()
        decoder.process_raw(samples, full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        if found is None:
            return "", 0.0, 0
        spoken = [part for part in decoder.seg() if part.word not in _FILLERS]
        scored = sum(math.log(max(part.ascore, _SMALLEST)) for part in spoken)
        frames = sum(part.end_frame - part.start_frame + 1 for part in spoken)
        return found.hypstr, scored, frames

    def _search(self, listening: Listening) -> str:
        """The compiled grammar."""
        name = sha256(listening.jsgf.encode()).hexdigest()[:16]
        if self._searches.get(name):
            self._searches.move_to_end(name)
            return name
        if self._searches.pop(name, None) is not None:
            self._decoder.remove_search(name)
        rules, is_whole = self._known(listening.jsgf)
        self._decoder.add_jsgf_string(name, rules)
        self._searches[name] = is_whole
        while len(self._searches) > SEARCHES_MAX:
            oldest, _ = self._searches.popitem(last=False)
            self._decoder.remove_search(oldest)
        return name

    def _known(self, jsgf: str) -> tuple[str, bool]:
        """The grammar with a pronunciation for each of its words, and whether another try would find no more.

        A word without one cannot be said.
        """
        head, _, rules = jsgf.partition("grammar answer;")
        lost: set[str] = set()
        is_whole = True
        for word in sorted(set(_WORD.findall(rules)) - {"public"}):
            if self._decoder.lookup_word(word) is None:
                try:
                    phones = pronounce(word)
                except PronouncingError:
                    # A busy machine; the next utterance asks again.
                    phones, is_whole = "", False
                if phones:
                    self._decoder.add_word(word, phones, True)
                else:
                    lost.add(word)
        if lost:
            rules = _WORD.sub(lambda found: "<VOID>" if found[0] in lost else found[0], rules)
        return f"{head}grammar answer;{rules}", is_whole
