"""What has been said in a USSD dialog, as screens on its phone."""

from __future__ import annotations

from flows import prompts
from sms.smpp import pdu as p
from sms.submission import submission
from sms.ussd.counters import UssdCounters
from sms.ussd.dialogs import Dialog, Dialogs
from sms.ussd.screens import encode, pages

NOTHING_SAID = "OK"
"""A screen must hold something."""


class Display:
    """Each screen asks or, when nothing is left to say and the dialog is over, ends it."""

    def __init__(self, dialogs: Dialogs, counters: UssdCounters) -> None:
        self._dialogs = dialogs
        self._counters = counters

    def show(self, dialog: Dialog, language: str) -> None:
        """What was said and not yet shown."""
        text = "\n".join(dialog.said) or NOTHING_SAID
        dialog.said.clear()
        dialog.pages = pages(text, prompts.word("more", language))
        self.show_page(dialog)

    def show_page(self, dialog: Dialog) -> None:
        """The next page of it."""
        page = dialog.pages.pop(0)
        over = dialog.is_over and not dialog.pages
        carrier = dialog.link.carrier
        profile = carrier.ussd
        assert profile is not None
        octets, data_coding = encode(page)
        screen = p.SubmitSm(
            service_type=profile.service_type,
            source=dialog.us,
            destination=dialog.phone,
            data_coding=data_coding,
            message=octets,
            tlvs=profile.screen(dialog.session, over=over),
        )
        dialog.is_our_move = False
        dialog.has_shown = True
        dialog.untaken += 1
        self._counters.screens += 1
        if over:
            self._counters.ended += 1
            self._dialogs.close(dialog, has_ended=True)
        dialog.link.esme.submit([submission(dialog, screen, dialog.link)])
