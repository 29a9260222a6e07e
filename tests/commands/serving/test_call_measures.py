from pathlib import Path

from commands.serving.call_measures import MEDIA_COUNTS
from ivr.media.counting import Count

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"


def test_what_operators_are_told_of_the_media_plane_is_counted_and_documented():
    counted = {count.name.lower() for count in Count}
    written = OPERATIONS.read_text()
    assert set(MEDIA_COUNTS) <= counted
    assert all(f"dialcart_media_{name}_total" in written for name in MEDIA_COUNTS)
