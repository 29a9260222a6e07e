"""The whole system on a simulated clock, network and disk, from one seed, in the manner of FoundationDB and TigerBeetle.

The code that runs is the product's own: SMSC simulator, ESME, channel, turn batch, engine, store. Only the event loop, the
connections and the disk's moods are simulated. `python -m tests.simulation --seeds 5000` tries many seeds, `--seed N` tells
one seed's story; the same seed gives the same story to the last event.
"""
