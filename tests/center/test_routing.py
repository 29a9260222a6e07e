from center.routing import KEYWORDS_SHOWN_MAX, Routes
from flows.program import Program
from tests.flows.shops import SHOP, program_of

TEA = program_of(shop=SHOP.replace("sms code 1069", "sms code 1070\n  keyword 茶 | tea"))
NOODLES = program_of(shop=SHOP.replace("sms code 1069", "sms code 1070, 1069\n  keyword 面馆"))


def routes(*sellers: tuple[str, Program]) -> Routes:
    return Routes(sellers or (("tea", TEA), ("noodles", NOODLES)))


def test_a_code_of_one_seller_needs_no_keyword() -> None:
    routed = routes().find("1069", "101 2", None)
    assert routed is not None
    assert (routed.seller, routed.rest) == ("noodles", "101 2")


def test_a_keyword_alone_opens_the_shop() -> None:
    routed = routes().find("1070", " ＴＥＡ ", None)
    assert routed is not None
    assert (routed.seller, routed.rest, routed.named) == ("tea", "", True)


def test_a_keyword_before_other_words_is_taken_off() -> None:
    routed = routes().find("1070", "面馆 101 2", "tea")
    assert routed is not None
    assert (routed.seller, routed.rest) == ("noodles", "101 2")


def test_without_a_keyword_a_buyer_stays_with_the_last_shop() -> None:
    routed = routes().find("1070", "2", "tea")
    assert routed is not None
    assert routed.seller == "tea"


def test_who_texts_a_code_whose_shops_have_no_keywords_is_told_what_to_ask_for() -> None:
    shared = routes(("one", program_of()), ("two", program_of()))
    assert shared.find("1069", "hello", None) is None
    told = shared.help("1069")
    assert "请向店家要它自己的号码" in told
    assert told.endswith("ask your shop for its own number.")
    # One that has a keyword is what they can write.
    some = routes(("one", program_of()), ("noodles", NOODLES))
    assert some.help("1069").endswith(": 面馆")


def test_a_stranger_without_a_keyword_is_told_the_keywords() -> None:
    assert routes().find("1070", "hello", None) is None
    assert routes().help("1070").endswith("茶, 面馆")


def test_a_code_of_nobody_leads_nowhere() -> None:
    assert routes().find("9999", "茶", None) is None


def test_a_number_is_dialled_with_and_without_its_country_code() -> None:
    shop = SHOP.replace("sms code 1069", "sms code 1069\n  number 400-800-1234")
    shop = shop.replace("channels sms", "channels sms, voice")
    ways = routes(("noodles", program_of(shop=shop)))
    for dialled in ("4008001234", "+864008001234", "864008001234", "400-800-1234"):
        assert ways.by_number(dialled) == "noodles", dialled
    assert ways.by_number("4008001235") is None


def test_of_many_shops_on_one_code_so_many_are_shown() -> None:
    many = [
        (f"s{n}", program_of(shop=SHOP.replace("1069\n", f"1069\n  keyword word{n}\n", 1)))
        for n in range(KEYWORDS_SHOWN_MAX + 1)
    ]
    shown = routes(*many).help("1069").rpartition(": ")[2].split(", ")
    assert len(shown) == KEYWORDS_SHOWN_MAX
