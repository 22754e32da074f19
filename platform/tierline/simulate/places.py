"""Where simulated accounts are: regions, cities and their administrative codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from tierline.simulate.records import Locale


@dataclass(frozen=True, slots=True)
class Place:
    """A city; `code` is the six-digit administrative division code (GB/T 2260), "" abroad."""

    region: str
    city: str
    code: str
    weight: float


CHINA = (
    Place("江苏", "苏州", "320500", 12),
    Place("江苏", "无锡", "320200", 6),
    Place("江苏", "南京", "320100", 5),
    Place("上海", "上海", "310100", 10),
    Place("浙江", "宁波", "330200", 8),
    Place("浙江", "杭州", "330100", 7),
    Place("浙江", "台州", "331000", 5),
    Place("广东", "东莞", "441900", 8),
    Place("广东", "深圳", "440300", 9),
    Place("广东", "佛山", "440600", 5),
    Place("广东", "广州", "440100", 6),
    Place("山东", "青岛", "370200", 5),
    Place("山东", "济南", "370100", 3),
    Place("湖北", "武汉", "420100", 4),
    Place("四川", "成都", "510100", 4),
    Place("重庆", "重庆", "500100", 4),
    Place("天津", "天津", "120100", 3),
    Place("北京", "北京", "110100", 4),
    Place("安徽", "合肥", "340100", 3),
    Place("福建", "厦门", "350200", 3),
    Place("河南", "郑州", "410100", 2),
    Place("湖南", "长沙", "430100", 2),
    Place("陕西", "西安", "610100", 2),
    Place("辽宁", "沈阳", "210100", 2),
)

BRITAIN = (
    Place("London", "London", "", 14),
    Place("North West", "Manchester", "", 8),
    Place("North West", "Liverpool", "", 5),
    Place("West Midlands", "Birmingham", "", 8),
    Place("West Midlands", "Coventry", "", 4),
    Place("Yorkshire and the Humber", "Leeds", "", 7),
    Place("Yorkshire and the Humber", "Sheffield", "", 5),
    Place("East Midlands", "Nottingham", "", 5),
    Place("South West", "Bristol", "", 6),
    Place("South West", "Plymouth", "", 2),
    Place("South East", "Brighton", "", 4),
    Place("South East", "Reading", "", 4),
    Place("East of England", "Norwich", "", 3),
    Place("North East", "Newcastle", "", 4),
    Place("Scotland", "Glasgow", "", 5),
    Place("Scotland", "Edinburgh", "", 5),
    Place("Wales", "Cardiff", "", 4),
    Place("Northern Ireland", "Belfast", "", 3),
)

PLACES: Mapping[Locale, tuple[Place, ...]] = {"zh_CN": CHINA, "en": BRITAIN}


def draw_place(random: Random, locale: Locale) -> Place:
    """Draw a city of the locale's country, by weight."""
    places = PLACES[locale]
    return random.choices(places, [place.weight for place in places])[0]
