"""What limits cost a text and an order, beside counting in a bare dict.

python -m benchmarks.limits
"""

import time
import timeit
from collections.abc import Callable

from center.contact import ContactKey
from center.limits.guard import Guard, Spent
from center.limits.policy import Policies, Policy

SENDERS = 20_000
REPEATS = 5
NOW = 1_000_000
MANY = 10**9


def best_us(work: Callable[[], object]) -> float:
    """Of a few runs over all senders, the best one's CPU time for one sender."""
    took_s = timeit.repeat(work, timer=time.process_time, number=1, repeat=REPEATS)
    return min(took_s) / SENDERS * 1e6


def main() -> None:
    """Print the figures."""
    contacts = [ContactKey("shop", f"1380{n:07d}", "sms") for n in range(SENDERS)]
    orders = [Spent("shop", contact.buyer, "CNY", 100, NOW) for contact in contacts]
    policy = Policy(
        messages_per_sender=MANY,
        messages_per_prefix=MANY,
        orders_per_sender=MANY,
        spend_per_sender={"CNY": MANY * MANY},
        confirm_over={"CNY": MANY},
    )
    counts: dict[str, int] = {}

    def floor() -> None:
        for contact in contacts:
            counts[contact.buyer] = counts.get(contact.buyer, 0) + 1

    def texts(guard: Guard) -> None:
        guard.begin()
        for contact in contacts:
            guard.admit(contact, "苹果 2", NOW)
        guard.keep()

    def placed(guard: Guard) -> None:
        guard.begin()
        for order in orders:
            guard.judge(order)
            guard.placed(order)
        guard.keep()

    limited, free = Guard(Policies(policy), b"secret"), Guard()
    print(f"a bare dict           {best_us(floor):6.2f} us a text")
    print(f"without limits        {best_us(lambda: texts(free)):6.2f} us a text")
    print(f"a text with limits    {best_us(lambda: texts(limited)):6.2f} us")
    print(f"an order with limits  {best_us(lambda: placed(limited)):6.2f} us")


if __name__ == "__main__":
    main()
