"""Words that sellers write for ours: those of everyday speech and of other tools, and the terminal each means."""

_MEANINGS: dict[str, tuple[str, ...]] = {
    "SAY": ("print", "tell", "speak", "output", "message", "play", "reply", "show",
            "说话", "播报", "播放", "提示", "回复", "显示", "告诉顾客", "讲"),
    "MENU": ("choose", "options", "select", "list", "选单", "选项", "选择", "列表"),
    "ASK": ("question", "input", "prompt", "query", "collect", "get", "询问", "提问", "输入", "请问", "收集"),
    "IF": ("in case", "假如", "要是", "若是", "若"),
    "ELSE_IF": ("elseif", "elif", "elsif", "or if", "otherwise if", "否则若", "或者如果", "又如果"),
    "ELSE": ("otherwise", "不然", "其他", "要不"),
    "SET": ("let", "var", "assign", "设置", "设定", "赋值", "令"),
    "ADD": ("buy", "put", "添加", "加入", "增加"),
    "REMOVE": ("delete", "drop", "删除", "移除", "减去"),
    "EMPTY_CART": ("clear cart", "clear", "清空"),
    "PLACE_ORDER": ("submit order", "order", "checkout", "check out", "make order", "提交订单", "下单", "结账"),
    "HAND_OVER": ("transfer to", "transfer", "hand over", "handover", "connect to", "connect", "agent",
                  "转人工", "转给", "转到人工", "人工"),
    "SEND_SMS": ("sms", "text", "send text", "send message", "send", "发送短信", "短信", "发信息"),
    "TELL_SHOP": ("notify shop", "notify", "tell seller", "通知店家", "通知", "告诉"),
    "PAY": ("charge", "付款", "收款"),
    "CALL": ("run", "use", "执行", "运行"),
    "RETURN": ("back", "go back", "回来"),
    "GOODBYE": ("end", "exit", "stop", "quit", "hang up", "hangup", "bye", "good bye", "good-bye", "finish",
                "结束", "挂断", "退出", "拜拜"),
    "JUMP": ("goto", "go to", "jump to", "jump", "next", "then", "go",
             "跳转到", "跳转", "跳到", "转到", "前往", "去", "下一步"),
    "STEP": ("function", "def", "label", "state", "node", "section", "环节", "节点", "步"),
    "SHOP": ("store", "seller", "商店", "店"),
    "DEFAULTS": ("default", "settings", "默认值", "缺省"),
    "CATALOG": ("products", "items", "catalogue", "menu card", "目录", "商品"),
    "ANYWHERE": ("global", "always", "everywhere", "任何时候", "全局"),
    "INCLUDE": ("import", "引入", "包含"),
}  # fmt: skip

FOREIGN: dict[str, str] = dict(
    sorted(
        ((word, terminal) for terminal, words in _MEANINGS.items() for word in words),
        key=lambda pair: (-len(pair[0]), pair[0]),
    )
)
"""Word to terminal (JUMP is the arrow), longer words first."""
