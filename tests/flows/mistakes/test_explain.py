"""Every mistake of a seller who does not program: where it is reported, in which words, and what to write."""

from __future__ import annotations

import re

import pytest

from flows.folder import flow_of

# name, file, then line:column+width code message | help
MISTAKES = [
    (
        "an option without an arrow",
        "step a\n  menu Choose:\n    1 Order\n    2 Status -> b",
        [
            (
                "3:5+7 E001",
                "this option does not say where it leads",
                "end it with `-> step`: `1 wording -> step`",
            ),
        ],
    ),
    (
        "=> for the arrow",
        "step a\n  menu Choose:\n    1 Order => b",
        [
            ("3:13+2 E001", "the arrow is not written `->`", "write `-> step`"),
        ],
    ),
    (
        "a full-width equals sign in the arrow",
        "step a\n  menu 请选择\n    1 下单 ＝＞ b",
        [
            ("3:10+2 E001", "the arrow is not written `->`", "write `-> step`"),
        ],
    ),
    (
        "a lone > for the arrow",
        "step a\n  menu Choose:\n    1 Order > b",
        [
            ("3:13+1 E001", "the arrow is not written `->`", "write `-> step`"),
        ],
    ),
    (
        "an arrow to nowhere",
        "step a\n  menu Choose:\n    1 Order ->",
        [
            (
                "3:13+2 E001",
                "the arrow leads nowhere",
                "write the name of a step after it: `-> main`",
            ),
        ],
    ),
    (
        "a target in two words",
        "step a\n  menu Choose:\n    1 Order -> take order",
        [
            (
                "3:16+10 E001",
                "`take order` is not the name of a step",
                "a name has no spaces and no `-`: write `-> take_order`",
            ),
        ],
    ),
    (
        "a target with a hyphen",
        "step a\n  -> take-order",
        [
            (
                "2:6+10 E001",
                "`take-order` is not the name of a step",
                "a name has no spaces and no `-`: write `-> take_order`",
            ),
        ],
    ),
    (
        "a target in quote marks",
        'step a\n  menu Choose:\n    1 Order -> "b"',
        [
            ("3:16+3 E001", "the name of a step stands bare", "write `-> b`"),
        ],
    ),
    (
        "the word step before a target",
        "step a\n  -> step b",
        [
            ("2:6+6 E001", "`step` is too much before the name of a step", "write `-> b`"),
        ],
    ),
    (
        "a guard after the arrow",
        "step a\n  menu Choose:\n    1 Order -> b [if open]",
        [
            (
                "3:18+9 E001",
                "the condition of an option stands before its arrow",
                "write `1 Order [if open] -> b`",
            ),
        ],
    ),
    (
        "a guard in round brackets",
        "step a\n  menu Choose:\n    1 Order (if open) -> b",
        [
            (
                "3:7+15 E001",
                "the condition of an option stands in square brackets",
                "write `[if open]` before the arrow",
            ),
        ],
    ),
    (
        "a comment after a statement",
        "step a\n  -> b # go on",
        [
            (
                "2:8+7 E001",
                "a comment cannot follow on the same line",
                "put it on a line of its own, above this one",
            ),
        ],
    ),
    (
        "a full stop after a target",
        "step a\n  -> b.",
        [
            ("2:7+1 E001", "`.` is too much after the name of a step", "write `-> b`"),
        ],
    ),
    (
        "an unknown word",
        "step a\n  frobnicate b",
        [
            (
                "2:3+10 E001",
                "`frobnicate` cannot begin a line here",
                "lines here begin with `say`, `menu`, `ask`, `if`, `else if`, `else`, `set`, `add` and others",
            ),
        ],
    ),
    (
        "a misspelt keyword",
        "step a\n  mneu Choose:\n    1 Order -> b",
        [
            ("2:3+4 E001", "`mneu` is not a word of the language here", "did you mean `menu`?"),
        ],
    ),
    (
        "a misspelt Chinese keyword",
        "步骤 a\n  菜但 请选择\n    1 下单 -> b",
        [
            ("2:3+2 E001", "`菜但` is not a word of the language here", "did you mean `菜单`?"),
        ],
    ),
    (
        "a capital letter",
        "step a\n  Say hello",
        [
            ("2:3+3 E001", "`Say` is not a word of the language here", "did you mean `say`?"),
        ],
    ),
    (
        "a word of another tool",
        "step a\n  print hello",
        [
            ("2:3+5 E001", "`print` is not a word of the language here", "write `say hello`"),
        ],
    ),
    (
        "goto",
        "step a\n  goto main",
        [
            ("2:3+4 E001", "`goto` is not a word of the language here", "write `-> main`"),
        ],
    ),
    (
        "跳转到",
        "步骤 a\n  跳转到 main",
        [
            ("2:3+3 E001", "`跳转到` is not a word of the language here", "write `-> main`"),
        ],
    ),
    (
        "a bare sentence",
        "step a\n  您好，欢迎光临！",
        [
            (
                "2:3+8 E001",
                "`您好，欢迎光临！` cannot begin a line here",
                "to say it to the buyer, write `say` before it",
            ),
        ],
    ),
    (
        "a value without set",
        "step a\n  x = 3",
        [
            ("2:3+1 E001", "a value is given with `set`", "write `set x = 3`"),
        ],
    ),
    (
        "else without if",
        "step a\n  else\n    -> b",
        [
            (
                "2:3+4 E001",
                "there is no `if` above this `else`",
                "put it right below the lines of its `if`, indented as the `if` is",
            ),
        ],
    ),
    (
        "else if after else",
        "step a\n  if x\n    -> b\n  else\n    -> c\n  else if y\n    -> d",
        [
            ("6:3+7 E001", "`else if` comes after `else`", "put every `else if` before the `else`"),
        ],
    ),
    (
        "a condition after else",
        "step a\n  if x\n    -> b\n  else y > 3\n    -> c",
        [
            ("4:8+5 E001", "`else` has no condition", "write `else if y > 3`, or `else` alone"),
        ],
    ),
    (
        "elif",
        "step a\n  if x\n    -> b\n  elif y\n    -> c",
        [
            ("4:3+4 E001", "`elif` is not a word of the language here", "write `else if y`"),
        ],
    ),
    (
        "if without a condition",
        "step a\n  if\n    -> b",
        [
            ("2:3+2 E001", "`if` has no condition", "write it after `if`: `if qty > 3`"),
        ],
    ),
    (
        "a colon after a condition",
        "step a\n  if x > 3:\n    -> b",
        [
            ("2:11+1 E001", "`:` is too much here", "end the line with the condition"),
        ],
    ),
    (
        "a forgotten indent under if",
        "step a\n  if x > 3\n  -> b",
        [
            (
                "2:3+2 E001",
                "`if` has nothing under it",
                "indent what it does by two spaces, or end it with `-> step`",
            ),
        ],
    ),
    (
        "an empty menu",
        "step a\n  menu Choose:\n  -> b",
        [
            (
                "2:3+4 E001",
                "this menu has no options",
                "write each under it, indented by two spaces: `1 wording -> step`",
            ),
        ],
    ),
    (
        "an empty step",
        "step a",
        [
            (
                "1:1+4 E001",
                "`step a` has nothing under it",
                "indent what belongs to it by two spaces, such as `say Hello` or `-> step`",
            ),
        ],
    ),
    (
        "a colon after a step",
        "step a:\n  -> b",
        [
            ("1:7+1 E001", "no colon stands after a name", "write `step a`"),
        ],
    ),
    (
        "a step in two words",
        "step take order\n  -> b",
        [
            (
                "1:6+10 E001",
                "`take order` is not a name: a name begins with a letter and has no spaces and no `-`",
                "write `step take_order`",
            ),
        ],
    ),
    (
        "a step without a name",
        "step\n  -> b",
        [
            ("1:1+4 E001", "this step has no name", "write `step main`, in one word"),
        ],
    ),
    (
        "a misspelt step",
        "setp a\n  -> b",
        [
            ("1:1+4 E001", "`setp` is not a word of the language here", "did you mean `step`?"),
        ],
    ),
    (
        "a menu outside any step",
        "menu Choose:\n  1 Order -> b",
        [
            (
                "1:1+4 E001",
                "`menu` cannot begin a block",
                "put it under its step, indented by two spaces",
            ),
        ],
    ),
    (
        "an item outside the catalog",
        "item 101 price 3.00 Rice",
        [
            (
                "1:1+4 E001",
                "`item` cannot begin a block",
                "it stands under `catalog`, indented by two spaces",
            ),
        ],
    ),
    (
        "a text in column 1",
        "step a\n  -> b\nsay hello",
        [
            (
                "3:1+1 E001",
                "this line stands in column 1, where only blocks begin",
                "indent it by 2 spaces to have it belong to the block above",
            ),
        ],
    ),
    (
        "quote marks round a text",
        'step a\n  say "Hello"',
        [
            (
                "2:7+7 E005",
                "the quote marks would be sent to the buyer",
                "a text needs no quote marks; take them away",
            ),
        ],
    ),
    (
        "Chinese quote marks round a text",
        "步骤 a\n  说 “您好”",
        [
            (
                "2:5+4 E005",
                "the quote marks would be sent to the buyer",
                "a text needs no quote marks; take them away",
            ),
        ],
    ),
    (
        "an arrow at the end of a text",
        "step a\n  say Hello -> b",
        [
            (
                "2:13+2 E001",
                "an arrow at the end of a text would be sent to the buyer",
                "put `-> b` on a line of its own",
            ),
        ],
    ),
    (
        "an arrow for a text",
        "step a\n  menu Choose:\n    1 Order -> b\n    no match -> c",
        [
            (
                "4:14+2 E001",
                "a text stands here, not the step it leads to",
                "write the text, or `tries 3 then -> c` for where it leads",
            ),
        ],
    ),
    (
        "a say without a text",
        "step a\n  say\n  -> b",
        [
            ("2:3+3 E001", "a text is missing here", "write it after `say`"),
        ],
    ),
    (
        "say under an option",
        "step a\n  menu Choose:\n    1 Order -> b\n      say Thank you",
        [
            (
                "4:7+3 E001",
                "`say` cannot stand under an option",
                "only other wordings such as `en: Order` do; put the line in the step that it leads to",
            ),
        ],
    ),
    (
        "a misspelt channel",
        "step a\n  say Hello\n    vocie: Hi",
        [
            ("3:5+5 E001", "`vocie` is no channel and no language", "did you mean `voice:`?"),
        ],
    ),
    (
        "a language by its name",
        "step a\n  say 您好\n    english: Hello",
        [
            ("3:5+7 E001", "`english` is no channel and no language", "did you mean `en:`?"),
        ],
    ),
    (
        "a wording without its colon",
        "step a\n  say 您好\n    en Hello",
        [
            ("3:5+2 E001", "the colon after `en` is missing", "write `en: Hello`"),
        ],
    ),
    (
        "an empty wording",
        "step a\n  say 您好\n    en:",
        [
            ("3:5+3 E001", "a text is missing here", "write it after `en:`"),
        ],
    ),
    (
        "an unknown setting",
        "shop Noodles\n  colour red",
        [
            (
                "2:3+6 E001",
                "there is no setting `colour`",
                "settings are `number`, `languages`, `currency`, `channels`, `timezone`, `open`, `closed`, `delivery` and others",
            ),
        ],
    ),
    (
        "a misspelt setting",
        "shop Noodles\n  langauges zh, en",
        [
            (
                "2:3+9 E001",
                "`langauges` is not a word of the language here",
                "did you mean `languages`?",
            ),
        ],
    ),
    (
        "a setting without its value",
        "shop Noodles\n  currency",
        [
            ("2:3+8 E001", "`currency` has no value", "write it after `currency`"),
        ],
    ),
    (
        "no kind of answer",
        "step a\n  ask how many?\n  -> b",
        [
            (
                "2:7+9 E001",
                "this question does not say what kind of answer it takes",
                "write `ask name as number`; the words of the question stand in `say` under it",
            ),
        ],
    ),
    (
        "a misspelt kind of answer",
        "step a\n  ask qty as nubmer\n  -> b",
        [
            ("2:14+6 E001", "`nubmer` is no kind of answer", "did you mean `number`?"),
        ],
    ),
    (
        "a kind of answer by another name",
        "step a\n  ask tel as mobile\n  -> b",
        [
            ("2:14+6 E001", "`mobile` is no kind of answer", "did you mean `phone`?"),
        ],
    ),
    (
        "bounds in words",
        "step a\n  ask qty as number from 1 to 20\n  -> b",
        [
            (
                "2:21+12 E001",
                "`from 1 to 20` does not say from where to where",
                "write `ask qty as number 1..20`",
            ),
        ],
    ),
    (
        "an arrow in a choice",
        "step a\n  ask size as choice\n    1 Large -> large\n    2 Small = small",
        [
            (
                "3:13+2 E001",
                "an answer to `ask` has a value and leads nowhere",
                "write `1 wording = value`, or use `menu` for options that lead to steps",
            ),
        ],
    ),
    (
        "set without =",
        "step a\n  set x 3",
        [
            ("2:7+3 E001", "`=` is missing here", "write `set name = value`"),
        ],
    ),
    (
        "set ... to",
        "step a\n  set x to 3",
        [
            ("2:7+6 E001", "`=` is missing here", "write `set x = 3`"),
        ],
    ),
    (
        "add without a number",
        "step a\n  add dish to cart",
        [
            (
                "2:7+12 E001",
                "this line does not say how many of what go to the cart",
                "write `add 1 of dish to cart`",
            ),
        ],
    ),
    (
        "add without the cart",
        "步骤 a\n  加 2 份 dish",
        [
            (
                "2:5+8 E001",
                "this line does not say how many of what go to the cart",
                "write `加 2 份 dish 到购物车`",
            ),
        ],
    ),
    (
        "remove alone",
        "step a\n  remove dish",
        [
            (
                "2:10+4 E001",
                "this line does not say what leaves the cart",
                "write `remove dish from cart`",
            ),
        ],
    ),
    (
        "tries without then",
        "step a\n  menu Choose:\n    1 Order -> b\n    tries 3 -> c",
        [
            (
                "4:11+6 E001",
                "`tries` says how often, and where to go then",
                "write `tries 3 then -> c`",
            ),
        ],
    ),
    (
        "when outside an effect",
        "step a\n  when failed -> b",
        [
            (
                "2:3+4 E001",
                "`when` cannot stand here",
                "it stands under `place order`, `hand over to`, `pay` or `request`, indented by two spaces",
            ),
        ],
    ),
    (
        "an item without a code",
        "catalog\n  item 牛肉面 price 18.00",
        [
            (
                "2:8+15 E001",
                "this product has no code",
                "write a number that buyers can key in after `item`: `item 101 price 18.00 stock 40 name`",
            ),
        ],
    ),
    (
        "a price after the name",
        "catalog\n  item 101 牛肉面 price 18.00",
        [
            (
                "2:12+15 E001",
                "`price 18.00` stands after the name and would be part of it",
                "write `item 101 price 18.00 stock 40 name`, the name last",
            ),
        ],
    ),
    (
        "an option key that touches its wording",
        "step a\n  menu 请选择\n    1下单 -> b",
        [
            (
                "3:5+3 E006",
                "this option has no key, and its wording begins with digits",
                "put a space after `1` if it is the key, or write a key before the wording",
            ),
        ],
    ),
    *(
        (
            f"an option key within its wording, {wording}",
            f"step a\n  menu 请选择\n    {wording} -> b",
            [
                (
                    f"3:5+{len(wording)} E006",
                    "this option has no key, and its wording tells buyers `1`",
                    "write the key first, and then the wording alone: `1 wording`",
                ),
            ],
        )
        for wording in (
            "(1) Order",
            "[1] Order",
            "1: Order",
            "1- Order",
            "Press 1 to order",
            "To order, reply with 1",
            "下单请按1",
            "请按1",
            "回复1下单",
        )
    ),
    *(
        (f"an option without a key, {wording}", f"step a\n  menu 请选择\n    {wording} -> b", [])
        for wording in ("1-2人", "A pack of 12", "Express 1", "入12期", "Text us", "7-Up", "买2送1")
    ),
    *(
        (
            f"a number within a wording, {wording}, as option {place}",
            "\n".join(
                [
                    "step a",
                    "  ask b as choice",
                    "    say Which?",
                    *(f"    {nth} Other = other{nth}" for nth in range(1, place)),
                    f"    {wording} = this",
                ]
            ),
            [],
        )
        for wording in (
            "9:00-12:00",
            "1:1 lesson",
            "Text 2 friends",
            "Type 2 diabetes",
            "8:30 slot",
            "Send 5 kg",
            "Enter 1 code",
            "5 - 8 people",
            "2、3号",
            "按3个月付",
            "按1斤称",
            "发送3张照片",
        )
        for place in (1, int(re.findall("[0-9]", wording)[0]))
    ),
    ("a number in brackets within a wording", "step a\n  menu Which?\n    (2) kg -> b", []),
    (
        "an option key within its wording that is its place",
        "step a\n  menu Which?\n    Order -> b\n    (2) Ask -> c",
        [
            (
                "4:5+7 E006",
                "this option has no key, and its wording tells buyers `2`",
                "write the key first, and then the wording alone: `2 wording`",
            ),
        ],
    ),
    (
        "a flow with a name",
        "flow noodles",
        [
            (
                "1:6+7 E001",
                "`flow` is followed by the version of the language",
                "write `flow 1`; the shop's name stands in `shop`",
            ),
        ],
    ),
    (
        "a tab in the margin",
        "step a\n\tsay Hello",
        [
            (
                "2:1+1 E002",
                "a tab stands in the margin",
                "indent with two spaces a level; `dialcart format` does it for the whole file",
            ),
        ],
    ),
    (
        "a full-width space in the margin",
        "step a\n\u3000say Hello",
        [
            (
                "2:1+1 E002",
                "a full-width space stands in the margin",
                "indent with two spaces a level; `dialcart format` does it for the whole file",
            ),
        ],
    ),
    (
        "an uneven indent",
        "step a\n  say Hello\n   say again\n  -> b",
        [
            (
                "3:1+3 E002",
                "this line is indented by 3 spaces and so belongs to the line above",
                "indent it by 2 spaces to have it follow that line",
            ),
        ],
    ),
    (
        "an indent too many",
        "step a\n    say Hello\n  -> b",
        [
            (
                "2:1+4 E002",
                "this line is indented by 4 spaces, which does not fit the lines around it",
                "indent it by 2 spaces",
            ),
        ],
    ),
    (
        "an odd indent",
        "step a\n  if x\n   say no\n      en: No\n    -> b",
        [
            (
                "3:1+3 E002",
                "this line is indented by 3 spaces, which does not fit the lines around it",
                "indent it by 4 spaces",
            ),
        ],
    ),
    (
        "something indented under a jump",
        "step a\n  -> b\n    say Hello",
        [
            (
                "3:1+4 E001",
                "nothing can be indented under `->` here",
                "indent it by 2 spaces, as the line above is",
            ),
        ],
    ),
    (
        "full-width letters",
        "step a\n  ｓａｙ Hello",
        [
            ("2:3+3 E001", "`ｓａｙ` is written in full-width letters", "write `say`"),
        ],
    ),
    (
        "a channel that is none",
        "anywhere\n  on phone Agent -> b",
        [
            ("2:6+5 E001", "`phone` is no channel", "write `on voice`, `on sms` or `on ussd`"),
        ],
    ),
    (
        "an indented block",
        "step a\n  -> b\n  step c\n    -> d",
        [
            (
                "3:3+4 E001",
                "`step` begins a block and cannot be indented",
                "begin the line in column 1",
            ),
        ],
    ),
    (
        "the lines of a question beside it",
        "step a\n  ask d as address\n  say Where?\n  confirm\n  -> b",
        [
            (
                "2:3+3 E002",
                "what belongs to this `ask` stands beside it, not under it",
                "indent the lines of `ask` two spaces deeper than `ask` itself",
            ),
        ],
    ),
    (
        "a question whose line was lost",
        "step a\n  if b -> c\n  say Where?\n    en: Where?\n  confirm\n  no match What?\n  -> b",
        [
            (
                "3:3+10 E001",
                "this is said by a question, as `confirm` shows, and the question is missing",
                "write `ask name as text` above, and indent what belongs to it by two spaces more",
            ),
        ],
    ),
    (
        "one line of a question beside it",
        "step a\n  menu Choose:\n    1 Order -> b\n  2 Stop -> c",
        [
            (
                "4:1+2 E002",
                "this line stands beside the `menu` that it belongs to",
                "indent it by 4 spaces",
            ),
        ],
    ),
    (
        "a colon after a step's name",
        "step start:\n  goodbye",
        [("1:11+1 E001", "no colon stands after a name", "write `step start`")],
    ),
    (
        "a step's name without its word",
        "start\n  goodbye",
        [("1:1+5 E001", "`start` begins no block", "for a step of this name, write `step start`")],
    ),
    (
        "the language before the channel",
        "step a\n  say Hi\n    en sms: Hi",
        [("3:5+6 E001", "the channel stands before the language", "write `sms en:`")],
    ),
    (
        "a hyphen in a word",
        "step a\n  menu Hi\n    no-input Hi\n    1 a -> a",
        [
            (
                "3:5+8 E001",
                "`no-input` is not a word of the language here",
                "did you mean `no input`?",
            )
        ],
    ),
    (
        "goodbye in two words",
        "step a\n  good bye",
        [("2:3+8 E001", "`good bye` is not a word of the language here", "write `goodbye`")],
    ),
    (
        "order alone",
        "step a\n  order",
        [("2:3+5 E001", "`order` is not a word of the language here", "write `place order`")],
    ),
    (
        "a product without a code",
        "catalog\n  item price 2.00 stock 4 Tea",
        [
            (
                "2:8+22 E001",
                "this product has no code",
                (
                    "write a number that buyers can key in after `item`: "
                    "`item 101 price 18.00 stock 40 name`"
                ),
            )
        ],
    ),
    (
        "single braces",
        "step a\n  say Hi {shop.name}, {{ lang }}\n  goodbye",
        [
            (
                "2:10+11 E010",
                "`{shop.name}` would be sent as it is",
                "write `{{ shop.name }}` to show the value",
            )
        ],
    ),
    (
        "else if in two words",
        "步骤 a\n  如果 x > 1\n    再见\n  否则 如果 袋数 > 最多\n    再见",
        [
            (
                "4:6+10 E001",
                "`否则` has no condition",
                "write `否则如果 袋数 > 最多`, or `否则` alone",
            )
        ],
    ),
    (
        "elif with a comparison",
        "step a\n  if x > 1\n    goodbye\n  elif x > most\n    goodbye",
        [("4:3+4 E001", "`elif` is not a word of the language here", "write `else if x > most`")],
    ),
    (
        "an outcome without its when",
        "step a\n  place order\n    失败 -> b",
        [("3:5+2 E001", "an outcome stands after `当`", "write `当 失败 -> b`")],
    ),
    (
        "is for as",
        "步骤 a\n  问 货 是 产品 来自 种子",
        [
            (
                "2:5+12 E001",
                "this question does not say what kind of answer it takes",
                "write `问 货 为 产品 来自 种子`",
            )
        ],
    ),
    (
        "another word for of",
        "步骤 a\n  问 货 为 产品 属于 种子",
        [
            (
                "2:12+5 E001",
                "`属于 种子` does not say of which group",
                "write `问 货 为 产品 来自 种子`",
            )
        ],
    ),
    (
        "bounds in words",
        "步骤 a\n  问 袋数 为 数字 一到二百",
        [
            (
                "2:13+4 E001",
                "`一到二百` does not say from where to where",
                "write it in digits: `问 袋数 为 数字 1..20`",
            )
        ],
    ),
    (
        "too many levels",
        "step a\n  if x\n    if x\n      if x\n        if x\n          if x\n            if x\n              if x\n                if x\n                  if x\n                    if x\n                      if x\n                        -> b",
        [
            (
                "13:1+24 E001",
                "this line is indented more than 11 levels deep",
                "move what is so deep to a step of its own",
            ),
        ],
    ),
]


@pytest.mark.parametrize(
    ("text", "expected"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_is_named_and_put_right(
    text: str, expected: list[tuple[str, str, str | None]]
) -> None:
    flow, found = flow_of("x", text + "\n")
    told = [
        (
            (
                f"{flow.starts[d.span.block].line + d.span.line - 1}"
                f":{d.span.column}+{d.span.width} {d.code}"
            ),
            d.message,
            d.help,
        )
        for d in found
    ]
    assert told == expected
