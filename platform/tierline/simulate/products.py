"""What a simulated company sells: a price list and each account's habit of choosing from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tierline.simulate.records import Locale
from tierline.simulate.streams import stream


@dataclass(frozen=True, slots=True)
class Product:
    """An article; prices in units of the world's currency at the window's start."""

    code: str
    name: str
    price: float
    cost_share: float  # of the list price


@dataclass(frozen=True, slots=True)
class Family:
    """Articles of one sort: names by language, list prices in CNY, cost as a share of price."""

    code: str
    names: Mapping[Locale, str]
    prices: tuple[float, ...]
    cost_share: tuple[float, float]


def _family(
    code: str, zh: str, en: str, prices: tuple[float, ...], cost_share: tuple[float, float]
) -> Family:
    return Family(code, {"zh_CN": zh, "en": en}, prices, cost_share)


FAMILIES: Mapping[str, tuple[Family, ...]] = {
    "manufacturing": (
        _family("MB", "标准模架", "Standard mould base", (1800, 3200, 5600, 9800), (0.72, 0.82)),
        _family("IM", "注塑模具", "Injection mould", (16000, 38000, 88000), (0.68, 0.8)),
        _family("SM", "冲压模具", "Stamping die", (12000, 26000, 64000), (0.66, 0.8)),
        _family("PP", "注塑件", "Moulded part", (1.8, 4.5, 9.6, 22), (0.74, 0.86)),
        _family("EJ", "顶针套件", "Ejector pin set", (35, 85, 160), (0.55, 0.7)),
        _family("HR", "热流道配件", "Hot runner part", (420, 980, 2600), (0.58, 0.72)),
        _family("RP", "模具维修", "Mould repair", (600, 1500, 4200), (0.5, 0.65)),
    ),
    "fmcg_channel": (
        _family("BV", "饮料", "Soft drinks, case", (36, 48, 62, 88), (0.72, 0.84)),
        _family("SN", "休闲零食", "Snacks, case", (58, 76, 120), (0.66, 0.8)),
        _family("ND", "方便面", "Noodles, case", (42, 55, 68), (0.74, 0.86)),
        _family("OL", "食用油", "Cooking oil, case", (180, 260, 340), (0.8, 0.9)),
        _family("DY", "乳制品", "Dairy, case", (45, 66, 98), (0.74, 0.86)),
        _family("GF", "礼盒", "Gift box", (98, 168, 298), (0.55, 0.7)),
    ),
    "saas": (
        _family("TEAM", "团队版席位", "Team seat, month", (58,), (0.22, 0.3)),
        _family("BUS", "企业版席位", "Business seat, month", (118,), (0.2, 0.28)),
        _family("ENT", "旗舰版席位", "Enterprise seat, month", (238,), (0.18, 0.26)),
        _family("SVC", "实施服务", "Onboarding day", (3200, 4800), (0.55, 0.75)),
        _family("TRN", "培训", "Training day", (2600,), (0.5, 0.7)),
        _family("API", "接口调用包", "API call pack", (800, 2400), (0.15, 0.3)),
    ),
}


def price_list(seed: int, industry: str, locale: Locale, level: float) -> tuple[Product, ...]:
    """Return the world's articles, cheapest first; `level` is the price of one CNY."""
    articles = []
    for family in FAMILIES[industry]:
        random = stream(seed, industry, "product", family.code)
        for number, price in enumerate(family.prices, start=1):
            name = family.names[locale] + (f" {number:02d}" if len(family.prices) > 1 else "")
            share = random.uniform(*family.cost_share)
            articles.append(Product(f"{family.code}-{number:02d}", name, price * level, share))
    return tuple(sorted(articles, key=lambda article: (article.price, article.code)))


def draw_assortment(
    random: Random, articles: Sequence[Product], count: int, order_value: float
) -> list[Product]:
    """Draw the articles that an account buys, favourite first: none dearer than half an order."""
    fitting = [article for article in articles if article.price <= order_value / 2]
    fitting = fitting or list(articles[:3])
    return random.sample(fitting, min(count, len(fitting)))
