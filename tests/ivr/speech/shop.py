"""A shop to speak for: the sample noodle shop, and a voice that is a program of ours."""

import sys
from pathlib import Path

from commands.flows_on_disk import load
from ivr.speech.voices import Voice

NOODLES = load(Path("noodles")).compile().program

SPEAKER = '''#!{python}
"""Stands in for a voice: writes a tone as long as the text, after what the text asks for."""
import sys, time, wave, math, struct
if sys.argv[1:] == ["--version"]:
    # Else that would be the name of a sound.
    sys.exit("tone-1.0")
text = sys.stdin.read()
out = sys.argv[-1]
if "FAIL" in text:
    sys.exit("cannot say that")
if "SLOW" in text:
    time.sleep(30)
with wave.open(out, "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(16000)
    count = 1600 * max(1, len(text))
    file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 5))) for i in range(count)))
'''


def voices(folder: Path) -> dict[str, Voice]:
    """Voices for both languages, by a program that behaves like flite."""
    program = folder / "flite"
    program.write_text(SPEAKER.format(python=sys.executable))
    program.chmod(0o755)
    return {
        language: Voice("flite", str(program), "1", "tone", language) for language in ("en", "zh")
    }
