"""Which stage the sentences of a box speak of, by the cues of the genre."""

from collections import Counter
from functools import lru_cache
from typing import Literal

from pipeline.terms import CUES, FAMILY_WORDS, KIN, plain, stage_term

__all__ = ["cue_stage", "family_of", "votes"]


@lru_cache(maxsize=1 << 14)
def votes(items: tuple[str, ...]) -> Counter[str]:
    """Cue stage -> share of the box's votes (they sum to 1, or there are none); each sentence has one vote to share."""
    shares: Counter[str] = Counter()
    for item in items:
        spoken = [stage for stage, cue in CUES.items() if cue.search(plain(item))]
        for stage in spoken:
            shares[stage] += 1 / len(spoken)  # type: ignore[assignment]
    total = sum(shares.values())
    return Counter({stage: share / total for stage, share in shares.items()})


@lru_cache(maxsize=1 << 12)
def cue_stage(label: str) -> str | None:
    """The stage under whose cues a stage label falls, or None."""
    term = stage_term(label)
    if term is None:
        return None
    name = KIN.get(term.name, term.name)
    return name if name in CUES else None


@lru_cache(maxsize=1 << 14)
def family_of(items: tuple[str, ...]) -> Literal["application", "case"] | None:
    """Whether a box speaks of an application or of a case against somebody, or None if of neither or both."""
    text = plain("".join(items))
    spoken = [family for family, words in FAMILY_WORDS.items() if words.search(text)]
    return spoken[0] if len(spoken) == 1 else None
