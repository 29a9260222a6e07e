"""What `dialcart serve` says before it opens."""

from commands.config import lacking_with_shards
from commands.serve import Options


def test_whoever_asks_for_people_or_calls_with_shards_is_told_that_there_are_none():
    told = lacking_with_shards(Options(shards=2).config())
    assert (
        "only texts and USSD: not calls ([voice]), the desk and the web telephone ([web])" in told
    )
    assert "flows that hand over find everybody busy. Serve without shards for these." in told


def test_whoever_asks_for_texts_alone_is_told_nothing():
    config = Options(shards=2, sip_port=None).config()
    assert lacking_with_shards(config.model_copy(update={"web": None})) == ""
