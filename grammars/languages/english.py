"""English: its words for the readers."""

from typing import Final

from grammars.languages import english_dates, english_numbers
from grammars.languages.language import Language, phrases

_YES: Final = """
yes|y|ok|okay|okey|k|sure|yep|yup|yeah|yea|ya|aye|correct|right|that's right|that is right|
that's correct|that is correct|confirm|confirmed|i confirm|agree|i agree|of course|certainly|
absolutely|indeed|fine|good|great|no problem|all right|alright|please do|go ahead|true|not bad
"""
_NO: Final = """
no|n|nope|nah|wrong|incorrect|not correct|not right|that's wrong|that is wrong|that's not right|
that's not correct|not ok|not okay|not now|not good|not true|not really|cancel|no thanks|
no thank you|do not|don't|never|no way|false|disagree|i disagree|do not agree|don't agree|
do not confirm|don't confirm|not confirm
"""
_UNSURE: Final = """
not sure|don't know|do not know|don't cancel|do not cancel|not cancel|no cancel|never cancel|
not wrong|no good|yes or no
"""
_MEASURES: Final = """
pc|pcs|piece|pieces|bowl|bowls|kg|kgs|kilo|kilos|kilogram|kilograms|g|gram|grams|ton|tons|
litre|litres|liter|liters|metre|metres|meter|meters|bag|bags|bottle|bottles|box|boxes|
pack|packs|packet|packets|can|cans|cup|cups|plate|plates|portion|portions|serving|servings|
order|orders|item|items|unit|units|set|sets|pair|pairs|people|times|x|of them|of those
"""
_OPENERS: Final = """
i want|i'd like|i would like|i need|i'll have|i will have|i'll take|i will take|give me|
can i have|could i have|can i get|let me have|get me|make it|it's|it is|just|only|another|
please|ok|yes|send|send me|order|buy|press|option|qty|quantity|number|x|*|×
"""
_CLOSERS: Final = "please|pls|plz|thanks|thank you|thx|only|more|altogether|in total|then"
_USUAL: Final = """
yes|yeah|yes please|no|nope|no thanks|okay|ok|right|correct|that's right|sure|please|thanks|thank you|i want|i'd like|
i would like|i'll have|give me
"""
_UNSPOKEN: Final = "y|k|n|ya|pc|pcs|kg|kgs|g|x|qty|pls|plz|thx"

_TWICE: Final = {"double": 2, "triple": 3, "treble": 3}

ENGLISH: Final = Language(
    code="en",
    tag="en-US",
    spaced=True,
    numerals=english_numbers.NUMERALS,
    count=english_numbers.count,
    spell=english_numbers.spell,
    spellings=english_numbers.spellings,
    measures=phrases(_MEASURES),
    openers=phrases(_OPENERS),
    closers=phrases(_CLOSERS),
    digits={english_numbers.spell(digit): str(digit) for digit in range(10)}
    | {"oh": "0", "o": "0", "nought": "0", "niner": "9"},
    repeats=_TWICE,
    yes=phrases(_YES),
    no=phrases(_NO),
    unsure=phrases(_UNSURE),
    usual=phrases(_USUAL),
    unspoken=phrases(_UNSPOKEN),
    major_units=phrases(
        "yuan|rmb|cny|kuai|dollar|dollars|buck|bucks|usd|hkd|euro|euros|eur|pound|pounds|gbp"
    ),
    tenths=phrases("mao|jiao|dime|dimes"),
    hundredths=phrases("cent|cents|fen|penny|pence"),
    points=phrases("point|dot"),
    read_date=english_dates.read,
    write_date=english_dates.write,
    date_rules=english_dates.RULES,
)
