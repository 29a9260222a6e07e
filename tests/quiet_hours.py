"""Quiet hours for shops that are tested at any time of day."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def not_now() -> str:
    """A minute of the day that is not now, where shops are by default."""
    far = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=12)
    return f"{far:%H:%M}-{far + timedelta(minutes=1):%H:%M}"
