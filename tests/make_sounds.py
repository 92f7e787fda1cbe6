"""Writes index/sounds.txt, the sounds of the characters of GB 2312 without tones: `python -m tests.make_sounds`.

From pypinyin, whose data is MIT licensed: to import it takes longer than a search. Of several readings the commonest.
"""

from collections import defaultdict
from pathlib import Path

from pypinyin import lazy_pinyin

SOUNDS = Path(__file__).resolve().parent.parent / "index" / "sounds.txt"
# What many speakers, and input methods, do not tell apart.
SAME = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"))


def sounds() -> str:
    """A line for each sound: the sound, a blank, the characters."""
    found = defaultdict[str, list[str]](list)
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            character = bytes((high, low)).decode("gb2312", "ignore")
            if character:
                found[_sound(character)].append(character)
    return "".join(f"{sound} {''.join(characters)}\n" for sound, characters in sorted(found.items()))


def _sound(character: str) -> str:
    sound = lazy_pinyin(character)[0]
    for one, other in SAME:
        sound = sound.replace(one, other)
    return sound


if __name__ == "__main__":
    SOUNDS.write_text(sounds(), "utf-8")
