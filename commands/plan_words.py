"""The words of a plan, English as they are written where they are used, and in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

Language = Literal["en", "zh"]
Words = Callable[..., str]
"""Words with `{places}` in English, and what stands there; gives them in a language."""

ZH = {
    # What a plan is for.
    "{sellers:,} sellers, {agents:,} agents of whom {present:,} are at work, {calls:,.0f} calls in the busy hour ({calls_s:,.0f} a second)": "{sellers:,}个卖家，{agents:,}名坐席（忙时在岗{present:,}名），忙时{calls:,.0f}个呼叫（每秒{calls_s:,.0f}个）",
    "{sellers:,} sellers, {agents:,} agents, {calls:,.0f} calls in the busy hour": "{sellers:,}个卖家，{agents:,}名坐席，忙时{calls:,.0f}个呼叫",
    # People.
    "PEOPLE: {erlangs:,.0f} erlangs; Erlang A with a patience of {patience:g} s, beside it Erlang C, by which nobody ever hangs up": "人员：话务量{erlangs:,.0f}爱尔兰；按Erlang A公式，买家平均等{patience:g}秒后放弃；另列Erlang C公式的结果，即假定无人放弃",
    "agents grouped": "坐席如何编组",
    "groups": "组数",
    "in {within:g} s": "{within:g}秒内接听",
    "mean wait": "平均等待",
    "hang up": "放弃",
    "occupied": "占用率",
    "needed at work": "需在岗人数",
    "by Erlang C": "按Erlang C",
    "{s:.1f} s": "{s:.1f}秒",
    "each seller its own": "各卖家自有坐席",
    "partners' pools": "合作方坐席池",
    "all in one pool": "全部合为一池",
    "Needed: to answer {level:.0%} in {within:g} s with at most {abandoned:.0%} hanging up; by Erlang C the first alone. Pools save {saved:,} agents at work, {share:.0%}.": "需在岗人数：{within:g}秒内接听{level:.0%}，放弃不超过{abandoned:.0%}；Erlang C只看前一条。坐席池可少用{saved:,}名在岗坐席，即{share:.0%}。",
    # The platform.
    "PLATFORM: the fewest boards, one spare of each kind, and a standby chassis": "平台：最少的单板，每种一块备板，另加一个备用机框",
    "model": "型号",
    "chassis": "机框",
    "boards": "单板",
    "kW": "千瓦",
    "refused": "拒绝",
    "million yuan": "百万元",
    "range": "范围",
    "{low} to {high}": "{low}至{high}",
    "{model}, what there is of each:": "{model}，各类资源：",
    "erlangs held": "占用爱尔兰",
    "units": "数量",
    "used": "使用率",
    "by": "依据",
    "Erlang B": "Erlang B公式",
    "Engset, call congestion": "Engset公式，呼叫拥塞率",
    "M/M/1/K, at most": "M/M/1/K，上限",
    "never short before another": "不会先于别的资源用尽",
    "Seats and conferences: few ask, so Engset's formula, by its convention of traffic of an idle source: who has one for a share p of the time offers p / (1 - p) erlangs while without one ({seat:.3g} for a seat, {third:.3g} for a supervisor). What is told is call congestion, met by who asks, and not time congestion.": "坐席与会议端口的申请者有限，按Engset公式，约定以空闲源的话务量计：占用时间比例为p的人，空闲时提供p / (1 - p)爱尔兰（坐席{seat:.3g}，班长{third:.3g}）。所列为呼叫拥塞率（申请者遇到的），不是时间拥塞率。",
    # Failures.
    "{model}, if something fails:": "{model}，发生故障时：",
    "refused meanwhile": "其间拒绝",
    "calls cut off": "中断的通话",
    "seats lost": "掉线的坐席",
    "one {board} fails": "一块{board}故障",
    "a chassis fails, until the standby has taken over": "一个机框故障，备用机框接管之前",
    "a chassis fails, after that": "一个机框故障，接管之后",
    "a second chassis fails, with no standby left": "第二个机框故障，已无备用机框",
    "A standby takes over in {s:g} s (assumed, {low:g} to {high:g}). More chassis are down than it makes good for {minutes:.2g} minutes a year, if each is up {up:.3%} of the time (assumed, {up_low:.3%} to {up_high:.3%}).": "备用机框接管需{s:g}秒（假定，{low:g}至{high:g}秒）。若每个机框可用率为{up:.3%}（假定，{up_low:.3%}至{up_high:.3%}），故障机框多于备用机框的时间每年约{minutes:.2g}分钟。",
    "Refused calls hear SIP 503 with Retry-After {retry} (486 where it is the seller's own lines) and, where the seller has a code for texts, read that all lines are busy. Of {calls:,.0f} calls {refused:,.0f} may be.": "被拒绝的呼叫得到SIP 503和Retry-After {retry}（卖家自己的线路占满时为486）；卖家有短信号码的，买家会收到线路忙的短信。{calls:,.0f}个呼叫中最多允许拒绝{refused:,.0f}个。",
    # How sure.
    "HOW SURE: {assumed} of the {all} numbers of {model} are assumed; one at a time at the ends of its range, the platform sized anew": "把握有多大：{model}的{all}个数字中有{assumed}个是假定的；逐一取范围两端，重新配置平台",
    "assumed": "假定值",
    "million yuan at the low end": "取低值时百万元",
    "at the high end": "取高值时",
    "All that move it by more than {share:.1%}, at the ends that help: {best:.1f} million yuan in {best_chassis} + 1 chassis; at those that hurt: {worst:.1f} in {worst_chassis} + 1; as assumed: {cost:.1f} in {cost_chassis} + 1.": "影响超过{share:.1%}的各项，全部取有利的一端：{best:.1f}百万元，{best_chassis} + 1个机框；全部取不利的一端：{worst:.1f}百万元，{worst_chassis} + 1个机框；按假定值：{cost:.1f}百万元，{cost_chassis} + 1个机框。",
    "These move it by less than {share:.1%}: {names}. The traffic is assumed too unless you gave it; your own figures go into files, see --figures.": "以下数字的影响小于{share:.1%}：{names}。未给出的话务参数也是假定的；自己的数据可写成文件，见 --figures。",
    # Simulation.
    "HELD AGAINST SIMULATION: the real platform and router, with so few units and agents that they refuse": "仿真核对：用真实的平台和排队机程序，资源和坐席少到会拒绝",
    "on": "条件",
    "theory": "理论",
    "simulated (95 %)": "仿真（95%区间）",
    "apart": "相差",
    "apart: {share:.1%}": "不符：{share:.1%}",
    "unsettled": "次数不够",
    "too rare": "太少见，无法仿真",
    "{within} of {all} figures lie within {most:.0%} of simulation, each known to {settled:.0%}; {rare} are too rare: of all that was simulated they befall fewer than {events:,}, and so few cannot be counted that closely; {unsettled} unsettled, {apart} apart.": "{all}个数字中{within}个与仿真相差不超过{most:.0%}（每个精确到{settled:.0%}）；{rare}个太少见：在全部仿真中不到{events:,}次，无法数得这么准；{unsettled}个次数不够，{apart}个不符。",
    "refused: {stream}": "拒绝：{stream}",
    "{resources} short": "{resources}不足",
    "several short": "多种资源不足",
    "{places} {what} for {sources}": "{sources}人用{places}个{what}",
    "{group}: {agents:,} agents, {erlangs:,.4g} erlangs": "{group}：{agents:,}名坐席，{erlangs:,.4g}爱尔兰",
    "the level just met: {agents:,} agents, {erlangs:,.4g} erlangs": "刚好达标：{agents:,}名坐席，{erlangs:,.4g}爱尔兰",
    "nobody hangs up: {agents:,} agents, {erlangs:,.4g} erlangs": "无人放弃：{agents:,}名坐席，{erlangs:,.4g}爱尔兰",
    "wait at all": "要等待",
    "answered within {within:g} s": "{within:g}秒内接听",
    # Charts.
    "Pooling agents over sellers": "坐席跨卖家共享",
    "agents at work needed to answer {level:.0%} within {within:g} s": "要在{within:g}秒内接听{level:.0%}，需要的在岗坐席",
    "{group} ({groups:,})": "{group}（{groups:,}组）",
    "with {present:,} at work: {answered:.0%} answered in time, {abandoned:.0%} hang up": "{present:,}名在岗时：{answered:.0%}及时接听，{abandoned:.0%}放弃",
    "{present:,} are at work": "在岗{present:,}名",
    "Pools save {saved:,} agents at work, {share:.0%}.": "坐席池可少用{saved:,}名在岗坐席，即{share:.0%}。",
    "Calls refused as load grows": "话务增长时被拒绝的呼叫",
    "{model}, of all calls; who is let in is served whole at any load": "{model}，占全部呼叫；已接入的呼叫在任何负荷下都服务到底",
    "busy hour: {share}": "忙时：{share}",
    "load, in busy hours": "负荷（忙时的倍数）",
    "If something fails": "发生故障时",
    "refused meanwhile, of the kind that is refused most; calls cut off at that moment": "其间被拒绝的比例（最高的一类呼叫）；当时中断的通话",
    "{calls:,.0f} calls cut off": "{calls:,.0f}个通话中断",
    "{seats:,.0f} agents sign in again": "{seats:,.0f}名坐席需重新登录",
    "under 0.001 %": "不到0.001 %",
    "What it costs": "费用",
    "million yuan; prices are assumptions, the line is their range": "百万元；价格为假定值，横线为其范围",
    "{value} ({low} to {high})": "{value}（{low}至{high}）",
    "MSU: media": "MSU：媒体板",
    "SRU: speech": "SRU：语音识别板",
    "GPU: call control and agents": "GPU：呼叫控制与坐席板",
    "CIU: E1 trunks": "CIU：E1中继板",
    "{model}: {chassis} + 1 chassis, {boards}": "{model}：{chassis} + 1个机框，{boards}",
    "How sure that is": "把握有多大",
    "million yuan of the {model}, with one assumption at either end of its range": "{model}的费用（百万元），每次一个假定取范围两端",
    "all that hurt": "全部不利",
    "all that help": "全部有利",
    ", ": "，",
}
"""Chinese by English."""

NAMES_ZH = {
    "slots": "机框槽位",
    "watts_max": "机框供电",
    "price": "价格",
    "self_test_s": "自检秒数",
    "take_over_s": "接管秒数",
    "availability": "可用率",
    "bearers": "E1时隙",
    "watts": "功耗",
    "e1": "E1端口",
    "sip": "SIP端口",
    "ivr": "放音通道",
    "dtmf": "收号器",
    "conference": "会议端口",
    "fax": "传真",
    "asr": "语音识别",
    "tts": "语音合成",
    "record": "录音",
    "seats": "坐席",
    "caps": "每秒呼叫",
    "keys": "按键",
    "speech": "语音",
    "keys to a person": "按键转人工",
    "speech to a person": "语音转人工",
}
"""Of resources, figures and streams."""


BOARDS = ("MSU: media", "SRU: speech", "GPU: call control and agents", "CIU: E1 trunks")
"""What boards of the models that ship do, in a word; an operator's own say it in their files."""


def boards(word: Words, kinds: Iterable[str]) -> str:
    """What boards of these kinds do."""
    return word(", ").join(word(told) for told in BOARDS if told.partition(":")[0] in kinds)


def words(language: Language) -> Words:
    """The words of a language."""

    def word(english: str, /, **values: object) -> str:
        return (ZH[english] if language == "zh" else english).format(**values)

    return word


def name(language: Language, english: str) -> str:
    """A resource, a figure such as `MSU sip`, or a stream, in a language."""
    if language == "en":
        return {
            "slots": "slots of a chassis",
            "watts_max": "watts of a chassis",
            "price": "price of a chassis",
        }.get(english, english)
    kind, _, what = english.rpartition(" ")
    stream, _, recorded = english.partition(", ")
    if english == "price":
        return "机框价格"
    if stream in NAMES_ZH:
        return NAMES_ZH[stream] + ("（录音）" if recorded else "")
    return f"{kind} {NAMES_ZH[what]}"
