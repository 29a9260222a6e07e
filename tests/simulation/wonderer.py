"""Buyers who answer once more what they are asked once more."""

import asyncio

from sms.smsc.handset import Heard
from tests.crash.buyers import Buyer

ANSWERS_AGAIN_S = 10.0


class Wonderer(Buyer):
    """Who has waited so long for a reply, and reads the question again that they answered, answers it again."""

    def hear(self, heard: Heard) -> None:
        """See Buyer."""
        waited_s = asyncio.get_running_loop().time() - self.said_at
        self.is_said_again |= self.is_said and waited_s >= ANSWERS_AGAIN_S
        super().hear(heard)

    def _answer_again(self) -> None:
        """See Buyer. They read it twice, and answer once."""
        self.said_at = asyncio.get_running_loop().time()
        super()._answer_again()
