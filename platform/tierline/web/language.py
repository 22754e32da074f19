"""Language, time zone, and how numbers, money and dates are written."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import (
    Babel,
    Domain,
    format_currency,
    format_datetime,
    format_decimal,
    get_locale,
)
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

KEY = "tierline.words"
LOCALES = ("en", "zh_CN")
COOKIE = "locale"


class Words(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """The platform's catalogue, and below it those that extensions bring; kept by language.

    Flask-Babel's own look-up spells the language out for each text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.added: dict[str, list[Translations]] = {}
        self._by_language: dict[str, NullTranslations] = {}

    def add(self, locale: str, catalogue: Translations) -> None:
        """Add a catalogue; a text that the platform has, too, is the platform's."""
        self.added.setdefault(short_name(Locale.parse(babel_name(locale))), []).append(catalogue)
        self._by_language.clear()

    def get_translations(self) -> NullTranslations:
        """Return the texts of the language in force, all catalogues in one."""
        locale = get_locale()
        if locale is None:
            return NullTranslations()  # outside any application
        name = short_name(locale)
        if name not in self._by_language:
            own = super().get_translations()
            merged = Translations()
            for catalogue in (*self.added.get(name, ()), own):
                merged.merge(catalogue)
            merged.plural = getattr(own, "plural", merged.plural)
            self._by_language[name] = merged
        return self._by_language[name]


def chosen_locale() -> str:
    """Return the request's language: its cookie's choice, the tenant's, or the browser's."""
    chosen = request.cookies.get(COOKIE) if has_request_context() else None
    if chosen in LOCALES:
        return babel_name(chosen)
    tenant = g.get("tenant")
    if tenant is not None:
        return babel_name(tenant.locale)
    if not has_request_context():
        return "en"
    return babel_name(request.accept_languages.best_match(["en", "zh-CN", "zh"]) or "en")


def babel_name(locale: str) -> str:
    """Return the name under which Babel keeps the catalogue: Chinese is zh_Hans_CN."""
    return "zh_Hans_CN" if locale.startswith("zh") else "en"


def short_name(locale: Locale | None = None) -> str:
    """Return the language as Tierline names it: en or zh_CN."""
    found = locale or get_locale()
    return "zh_CN" if found is not None and found.language == "zh" else "en"


def localized(text: Any) -> str:
    """Return a contribution's text ({"en": …, "zh_CN": …}) in the language in force."""
    if not text:
        return ""
    if isinstance(text, str):
        return text
    return str(text.get(short_name()) or text.get("en") or "")


def _time_zone() -> str:
    tenant = g.get("tenant")
    return tenant.time_zone if tenant is not None else "UTC"


def number(value: Any, digits: int | None = None) -> str:
    """Return a number in the reader's form; "–" for unknown."""
    if value is None:
        return "–"
    form = None if digits is None else "#,##0." + "0" * digits if digits else "#,##0"
    return str(format_decimal(value, format=form))


def money(value: Any, currency: str | None = None, digits: int = 2) -> str:
    """Return an amount in major units with its currency; "–" for unknown."""
    if value is None:
        return "–"
    tenant = g.get("tenant")
    code = currency or (tenant.currency if tenant is not None else "CNY")
    form = "¤#,##0" + ("." + "0" * digits if digits else "")
    return str(format_currency(value, code, format=form, currency_digits=False))


def percent(value: Any, digits: int = 1) -> str:
    """Return a share that is already in percent (12.5 → 12.5%); "–" for unknown."""
    return "–" if value is None else f"{number(Decimal(str(value)), digits)}%"


def date(value: datetime.date | None) -> str:
    """Return a date in the reader's form, of a moment the day in the tenant's time zone.

    "–" for unknown.
    """
    if value is None:
        return "–"
    if isinstance(value, datetime.datetime):
        value = value.astimezone(ZoneInfo(_time_zone())).date()
    return _written(value, short_name())


@lru_cache(4096)
def _written(day: datetime.date, locale: str) -> str:
    """Return a day in a language; lists show the same ones again and again."""
    return format_date(day, "medium", babel_name(locale))


def moment(value: datetime.datetime | None) -> str:
    """Return a date and time in the tenant's time zone; "–" for unknown."""
    return "–" if value is None else format_datetime(value, "short")


@pass_eval_context
def translated(context: EvalContext, text: str, **values: Any) -> str:
    """Return a template's text in the language in force; what Jinja does, by a shorter way."""
    words: Words = current_app.extensions[KEY]
    found = words.get_translations().gettext(text)
    return (Markup(found) if context.autoescape else found) % values  # noqa: S704 - ours


def install(app: Flask) -> None:
    """Let Babel choose the language per request, and give templates their filters."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    babel = Babel(app, locale_selector=chosen_locale, timezone_selector=_time_zone)
    babel.domain_instance = app.extensions[KEY] = Words()
    app.jinja_env.globals["_"] = translated
    for filter_ in (number, money, percent, date, moment, localized):
        app.add_template_filter(filter_)
