"""How names sort and how they are found: pinyin, initials, full-width forms.

The embedded PostgreSQL has neither ICU collations nor trigrams, so both keys are made here and
stored. `search_text` holds lines, each of which a search may hit anywhere; a line break keeps a hit
from reaching over two of them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.seg.mmseg import seg

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
RUNS = re.compile(f"{HAN.pattern}+|{HAN.pattern.replace('[', '[^', 1)}+")
SPACE = re.compile(r"\s+")


def normalize(text: str) -> str:
    """Return the text in the form that searches compare: half-width, small, single blanks."""
    return SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


@lru_cache(50_000)
def _word(word: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(word, style=Style.NORMAL))


@lru_cache(10_000)
def syllables(plain: str) -> tuple[str, ...]:
    """Return a text's parts as they are said: a syllable for each Chinese character.

    Words are cut first, so that 重庆 is chongqing and 行 in 银行 is hang; each word is looked up
    once, which takes a fifth of the time.
    """
    parts: list[str] = []
    for run in RUNS.findall(plain):
        if HAN.match(run):
            parts += [syllable for word in seg.cut(run) for syllable in _word(word)]
        else:
            parts.append(run.strip())
    return tuple(part for part in parts if part)


def sort_key(name: str) -> str:
    """Return what names sort by: pinyin for Chinese characters, small letters else."""
    plain = normalize(name)
    return ("".join(syllables(plain)) if HAN.search(plain) else plain)[:200]


def search_text(name: str, *more: str | None) -> str:
    """Return what a search looks through: the name, its pinyin, its initials, and more texts."""
    lines = [normalize(name)]
    if HAN.search(lines[0]):
        said = syllables(lines[0])
        lines.append("".join(said).replace(" ", ""))
        lines.append("".join(syllable[:1] for syllable in said))
    lines += [normalize(text) for text in more if text]
    return "\n".join(dict.fromkeys(lines))


def search_pattern(text: str) -> str:
    """Return the LIKE pattern that finds a search's text anywhere; its wildcards are escaped."""
    escaped = re.sub(r"([\\%_])", r"\\\1", normalize(text).replace("\n", " "))
    return f"%{escaped}%"
