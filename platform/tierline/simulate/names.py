"""Invented names of companies, offices and persons, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tierline.simulate import words
from tierline.simulate.places import Place
from tierline.simulate.records import Kind, Locale
from tierline.simulate.streams import weighted


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name in its parts, so that a duplicate can vary one of them."""

    language: Locale
    city: str  # "" where the name has none
    brand: str
    business: str
    form: str  # legal form; "" for persons and public offices
    industry: str
    party_kind: str = ""  # within a stakeholder group other than customers

    @property
    def full(self) -> str:
        """The name as registered."""
        if self.language == "zh_CN":
            return f"{self.city}{self.brand}{self.business}{self.form}"
        return " ".join(part for part in (self.brand, self.city, self.business, self.form) if part)


def draw_brand(random: Random, language: Locale) -> str:
    """Draw an invented brand: two or three uncommon characters, or two English syllables."""
    if language == "en":
        return random.choice(words.BRAND_START) + random.choice(words.BRAND_END)
    third = random.choice(words.BRAND_THIRD) if random.random() < 0.35 else ""
    return random.choice(words.BRAND_FIRST) + random.choice(words.BRAND_SECOND) + third


def draw_person(random: Random, language: Locale) -> tuple[str, str]:
    """Draw a person's name as (family name, given name)."""
    if language == "en":
        return random.choice(words.SURNAMES_EN), random.choice(words.GIVEN_EN)
    given = "".join(random.sample(words.GIVEN_ZH, 2 if random.random() < 0.8 else 1))
    return random.choice(words.SURNAMES_ZH), given


def person_name(family: str, given: str, language: Locale) -> str:
    """Return the name as it is written in its language."""
    return f"{given} {family}" if language == "en" else family + given


def draw_title(random: Random, language: Locale) -> str:
    """Draw a contact's job title."""
    return random.choice(words.TITLES_EN if language == "en" else words.TITLES_ZH)


def draw_company(
    random: Random, language: Locale, industry: str, kind: Kind, place: Place, group: str
) -> CompanyName:
    """Draw the name of an account of this kind and group."""
    brand = draw_brand(random, language)
    if kind == "person":
        family, given = draw_person(random, language)
        trade = "个人" if language == "zh_CN" else "Sole trader"
        return CompanyName(language, "", person_name(family, given, language), "", "", trade)
    party, sector, business = _draw_business(random, language, industry, kind, group)
    if kind == "government":
        return CompanyName(language, place.city, brand, business, "", sector, party)
    form = weighted(random, words.FORMS_ZH if language == "zh_CN" else words.FORMS_EN)
    if business.endswith("科技"):
        form = form.removeprefix("科技")
    city = place.city if language == "zh_CN" else ""
    return CompanyName(language, city, brand, business, form, sector, party)


def _draw_business(
    random: Random, language: Locale, industry: str, kind: Kind, group: str
) -> tuple[str, str, str]:
    """Draw (kind of party, branch, word for the business)."""
    chinese = language == "zh_CN"
    if group in ("supplier", "regulator"):
        parties = {
            "supplier": words.SUPPLIER_ZH if chinese else words.SUPPLIER_EN,
            "regulator": words.REGULATOR_ZH if chinese else words.REGULATOR_EN,
        }[group]
        party = random.choice(tuple(parties))
        sector, names = parties[party]
        return party, sector, random.choice(names)
    if kind == "government":
        sector = "公共服务" if chinese else "Public services"
        return "", sector, random.choice(words.PUBLIC_ZH if chinese else words.PUBLIC_EN)
    table = words.BUSINESS_ZH if chinese else words.BUSINESS_EN
    sector, names = random.choice(table[industry])
    return "", sector, random.choice(names)
