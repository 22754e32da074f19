"""The same company entered a second time, under a name that a hurried clerk would type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from pypinyin import lazy_pinyin

from tierline.simulate import words
from tierline.simulate.names import CompanyName

LOOKALIKES = {
    "锐": "瑞",
    "昱": "煜",
    "峻": "俊",
    "铭": "名",
    "骏": "俊",
    "瀚": "翰",
    "泓": "弘",
    "钧": "均",
}


def legal_form(random: Random, name: CompanyName) -> str:
    """Leave out or spell differently what the law makes of the company."""
    if name.language == "zh_CN":
        if name.form == "有限公司" and random.random() < 0.5:
            return name.full.removesuffix("有限公司") + "有限责任公司"
        return f"{name.city}{name.brand}{name.business}"
    other = {"Ltd": "Limited", "Limited": "Ltd.", "PLC": "p.l.c."}.get(name.form, "")
    return " ".join(part for part in (name.brand, name.business, other) if part)


def city(random: Random, name: CompanyName) -> str:
    """Put the city elsewhere, or leave it out."""
    bare = f"{name.brand}{name.business}"
    if random.random() < 0.5:
        return f"{bare}（{name.city}）{name.form}"
    return f"{name.city}市{bare}{name.form}" if random.random() < 0.5 else bare + name.form


def traditional(random: Random, name: CompanyName) -> str:
    """Write it in traditional characters."""
    return name.full.translate(words.TRADITIONAL)


def pinyin(random: Random, name: CompanyName) -> str:
    """Write brand and business in pinyin, as a foreign colleague would."""
    brand, business, town = (
        "".join(lazy_pinyin(part)).capitalize() for part in (name.brand, name.business, name.city)
    )
    return f"{brand} {business} ({town}) Co., Ltd."


def typo(random: Random, name: CompanyName) -> str:
    """Mistype the brand: a look-alike or two swapped characters; in English one letter."""
    text = name.brand
    if name.language == "zh_CN":
        alike = [c for c in text if c in LOOKALIKES]
        wrong = text.replace(alike[0], LOOKALIKES[alike[0]]) if alike else text[::-1]
        return name.full.replace(text, wrong, 1)
    at = random.randrange(1, len(text) - 1)
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    dropped = text[:at] + text[at + 1 :]
    return name.full.replace(text, random.choice((swapped, dropped)), 1)


def capitals(random: Random, name: CompanyName) -> str:
    """Shout it, with two spaces."""
    return name.full.upper().replace(" ", "  ", 1)


def abbreviation(random: Random, name: CompanyName) -> str:
    """Shorten the word for the business to its beginning."""
    first = name.business.split()[0]
    return f"{name.brand} {first[:4]}. {name.form}".strip()


CHINESE: Mapping[str, Callable[[Random, CompanyName], str]] = {
    "legal_form": legal_form,
    "city": city,
    "traditional": traditional,
    "pinyin": pinyin,
    "typo": typo,
}
ENGLISH: Mapping[str, Callable[[Random, CompanyName], str]] = {
    "legal_form": legal_form,
    "typo": typo,
    "capitals": capitals,
    "abbreviation": abbreviation,
}


def noisy_name(random: Random, name: CompanyName) -> tuple[str, str]:
    """Return (kind of noise, noisy name); the name always differs from the registered one."""
    kinds = dict(CHINESE if name.language == "zh_CN" else ENGLISH)
    while kinds:
        kind = random.choice(tuple(kinds))
        noisy = kinds.pop(kind)(random, name)
        if noisy != name.full:
            return kind, noisy
    return "trailing", f"{name.full} *"
