"""A recogniser's process: one utterance after another from standard input, one hypothesis each to standard output.

    python -m ivr.speech.worker ENGINE          such as pocketsphinx or vosk:FOLDER

Messages are MessagePack behind four bytes of length. The first answer says that the engine is loaded.
"""

from __future__ import annotations

import os
import platform
import struct
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from ivr.rtp.codec import decode
from ivr.speech.recognition import Engine, Hypothesis, Request
from ivr.speech.samples import Samples, from_int16

MESSAGE_BYTES_MAX = 8 << 20
HEAD = struct.Struct(">I")
NICE = 5
"""Behind signalling and media, which cannot wait."""


def engine_of(setting: str) -> Engine:
    """The engine of a setting. Raises OSError, ValueError, ModuleNotFoundError, with what to do instead."""
    name, _, model = setting.partition(":")
    if name == "vosk":
        from ivr.speech.kaldi import Vosk

        return Vosk(Path(model))
    try:
        from ivr.speech.sphinx import Sphinx
    except ModuleNotFoundError as error:
        if error.name != "pocketsphinx":
            raise
        raise ModuleNotFoundError(
            f"there is none for Python {platform.python_version()}: take 3.11, 3.12 or 3.13, or write vosk:FOLDER of a model"
        ) from None
    return Sphinx()


def said(request: Request) -> Samples:
    """What was said on the telephone, at 8 kHz."""
    return from_int16(decode(request.payload_type, np.frombuffer(request.codes, np.uint8)))


def work(engine: Engine, asked: BinaryIO, answered: BinaryIO) -> None:
    """Answer until there is nothing more to answer."""
    read = msgspec.msgpack.Decoder(Request)
    _put(answered, msgspec.msgpack.encode(Hypothesis("", 1.0)))
    while len(head := asked.read(HEAD.size)) == HEAD.size:
        (length,) = HEAD.unpack(head)
        if length > MESSAGE_BYTES_MAX:
            return
        request = read.decode(asked.read(length))
        try:
            heard = engine.hear(request.listening, said(request))
        except (RuntimeError, ValueError) as error:
            # A grammar that the engine cannot compile is this question's trouble, not the next one's.
            sys.stderr.write(f"not heard: {type(error).__name__}: {error}\n")
            sys.stderr.flush()
            heard = Hypothesis("", 0.0)
        _put(answered, msgspec.msgpack.encode(heard))


def _put(stream: BinaryIO, message: bytes) -> None:
    stream.write(HEAD.pack(len(message)) + message)
    stream.flush()


def main() -> None:
    """Serve one engine."""
    os.nice(NICE)
    # Engines write what they please to standard output; answers have a descriptor of their own.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    setting = sys.argv[1]
    try:
        engine = engine_of(setting)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        sys.exit(f"{setting} does not start: {error}")
    work(engine, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
