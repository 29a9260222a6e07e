"""A model so small that random histories meet its limits."""

from center.uap.models import read_model

SOURCE = 'source = "small, so that histories meet its limits"'


def figure(value):
    return f"{{ value = {value}, {SOURCE} }}"


def board(name, **gives):
    lines = "".join(f"\n{what} = {figure(units)}" for what, units in gives.items())
    return (
        f'[boards.{name}]\ndoes = "x"\nwatts = {figure(1)}\nprice = {figure(1)}\n'
        f"[boards.{name}.gives]{lines}\n"
    )


TINY = read_model(
    'name = "tiny"\nabout = "x"\n[chassis]\n'
    + "".join(
        f"{what} = {figure(value)}\n"
        for what, value in {
            "slots": 5,
            "watts_max": 99,
            "price": 1,
            "self_test_s": 5,
            "take_over_s": 9,
            "availability": 1,
            "bearers": 30,
        }.items()
    )
    + "[fixed]\nSMU = 1\n"
    + board("SMU")
    + board("MSU", sip=3, ivr=2, dtmf=3, record=2, conference=1)
    + board("SRU", asr=1, tts=2)
    + board("GPU", seats=2, caps=3)
)
