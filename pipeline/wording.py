"""Which stage the sentences of a box speak of, by the cues of the genre."""

from collections import Counter
from functools import lru_cache
from typing import Literal

from pipeline.terms import CUES, FAMILY_WORDS, KIN, STOCK_PHRASES, plain, stage_term

__all__ = ["cue_stage", "family_of", "half_at_least", "topical", "votes"]


@lru_cache(maxsize=1 << 14)
def votes(items: tuple[str, ...]) -> Counter[str]:
    """Cue stage -> share of the box's votes; each sentence has one vote to share.

    The shares sum to 1 where every sentence votes, to 1/2 where hardly any does, to 0 where none does.
    """
    shares: Counter[str] = Counter()
    for item in items:
        spoken = [stage for stage, cue in CUES.items() if cue.search(topical(item))]
        for stage in spoken:
            shares[stage] += 1 / len(spoken)  # type: ignore[assignment]
    voters = sum(shares.values())
    return Counter({stage: share / voters * half_at_least(voters / len(items)) for stage, share in shares.items()})


def half_at_least(coverage: float) -> float:
    """The weight of a judgement to which only a share of the sentences contributes."""
    return 0.5 + 0.5 * coverage


@lru_cache(maxsize=1 << 14)
def topical(text: str) -> str:
    """The text without blanks and without stock phrases that name a stage but do not mean it."""
    return STOCK_PHRASES.sub("", plain(text))


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
