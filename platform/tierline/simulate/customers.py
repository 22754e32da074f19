"""Who the accounts are: name, kind, place, credit code, contacts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pypinyin import lazy_pinyin
from stdnum.cn import uscc

from tierline.simulate.assumptions import Assumptions
from tierline.simulate.names import (
    CompanyName,
    draw_company,
    draw_person,
    draw_title,
    person_name,
)
from tierline.simulate.places import Place, draw_place
from tierline.simulate.records import Contact, Kind, Locale
from tierline.simulate.streams import weighted

ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, check character of positions 9 to 16
ORGANISATION_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Identity:
    """The company behind an account, and behind its duplicates."""

    name: CompanyName
    kind: Kind
    place: Place
    credit_code: str
    contacts: tuple[Contact, ...]


def draw_identity(
    random: Random,
    assumptions: Assumptions,
    industry: str,
    locale: Locale,
    group: str,
    taken: set[str],
) -> Identity:
    """Draw a company whose name is not `taken` yet, and take the name."""
    kind: Kind = "government" if group == "regulator" else "enterprise"
    if group == "customer":
        kind = weighted(random, assumptions.kinds)
    foreign = group != "regulator" and random.random() < assumptions.foreign_share
    language = locale if not foreign else "en" if locale == "zh_CN" else "zh_CN"
    place = draw_place(random, locale if not foreign else language)
    name = draw_company(random, language, industry, kind, place, group)
    while name.full in taken:
        name = draw_company(random, language, industry, kind, place, group)
    taken.add(name.full)
    code = draw_credit_code(random, kind, place) if place.code and kind != "person" else ""
    return Identity(name, kind, place, code, draw_contacts(random, name, kind))


def draw_credit_code(random: Random, kind: Kind, place: Place) -> str:
    """Draw a unified social credit code (GB 32100-2015) with valid check characters."""
    authority = "12" if kind == "government" else "91"
    body = "MA" + "".join(random.choice(ORGANISATION_CHARACTERS) for _ in range(6))
    first = authority + place.code + body + _organisation_check(body)
    return first + str(uscc.calc_check_digit(first))


def _organisation_check(body: str) -> str:
    values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    pairs = zip(body, ORGANISATION_WEIGHTS, strict=True)
    remainder = 11 - sum(values.index(character) * weight for character, weight in pairs) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def draw_contacts(random: Random, name: CompanyName, kind: Kind) -> tuple[Contact, ...]:
    """Draw one to three contacts; a person is his or her own only contact."""
    if kind == "person":
        return (_contact(random, name, name.brand, "", "home"),)
    count = random.choices((1, 2, 3), (0.5, 0.35, 0.15))[0]
    host = "".join(lazy_pinyin(name.brand)).lower()
    people = dict.fromkeys(draw_person(random, name.language) for _ in range(count))
    return tuple(
        _contact(
            random,
            name,
            person_name(family, given, name.language),
            draw_title(random, name.language),
            host,
        )
        for family, given in people
    )


def _contact(random: Random, name: CompanyName, person: str, title: str, host: str) -> Contact:
    mailbox = ".".join("".join(lazy_pinyin(part)).lower() for part in person.split())
    return Contact(person, title, f"{mailbox}@{host}.example.com", _draw_phone(random, name))


def _draw_phone(random: Random, name: CompanyName) -> str:
    """Draw a number that can't be dialled: Ofcom's for drama, or a Chinese one from 0."""
    if name.language == "en":
        return f"+44 7700 900{random.randrange(1000):03d}"
    return f"+86 512 0{random.randrange(10_000_000):07d}"
