"""The words that invented names are made of.

Company names join uncommon syllables, so that hardly any is a real firm's; where one is, that is
chance. Persons are a common family name with a drawn given name.
"""

from __future__ import annotations

from collections.abc import Mapping

# Chinese ----------------------------------------------------------------------------------------

BRAND_FIRST = tuple("锐珩砺昱璟烁霖桓峻琮朔颢筠懋祺烨翎铭骏瀚澜沣垚湛靖赫岱彧")
BRAND_SECOND = tuple("岚曜屹琛淳凌嵘湃澈煦泓钧翊韬甫冉岑淼炜骞樾晟昀蔚")
BRAND_THIRD = tuple("科泰禾源腾创拓恒")

BUSINESS_ZH: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "manufacturing": (
        ("汽车零部件", ("汽车部件", "汽车零部件", "汽车饰件")),
        ("家用电器", ("电器", "智能家电", "厨卫电器")),
        ("电子", ("电子", "精密电子", "光电")),
        ("医疗器械", ("医疗器械", "医疗科技")),
        ("包装", ("包装", "塑料包装")),
        ("通用机械", ("机械", "精密机械", "装备制造")),
    ),
    "fmcg_channel": (
        ("批发", ("商贸", "食品贸易", "供应链管理")),
        ("连锁超市", ("超市", "连锁超市")),
        ("便利店", ("便利店", "便利店管理")),
        ("餐饮", ("餐饮管理", "餐饮服务")),
        ("电子商务", ("电子商务", "网络科技")),
    ),
    "saas": (
        ("零售", ("零售", "百货")),
        ("物流", ("物流", "供应链管理")),
        ("制造", ("精密机械", "装备制造", "新材料")),
        ("教育", ("教育科技", "教育咨询")),
        ("医疗", ("医疗科技", "健康管理")),
        ("专业服务", ("企业管理咨询", "财税服务", "设计")),
    ),
}
SUPPLIER_ZH: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "material": ("原材料", ("特种钢材", "新材料", "包装材料")),
    "part": ("零部件", ("标准件", "五金制品")),
    "logistics": ("物流", ("物流", "运输")),
}
REGULATOR_ZH: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "market": ("市场监管", ("市场监督管理所",)),
    "environment": ("生态环境", ("生态环境监测站",)),
    "safety": ("安全生产", ("安全生产监督站",)),
    "tax": ("税务", ("税务服务所",)),
}
FORMS_ZH: Mapping[str, float] = {
    "有限公司": 0.72,
    "股份有限公司": 0.08,
    "科技有限公司": 0.1,
    "集团有限公司": 0.04,
    "有限责任公司": 0.06,
}
SURNAMES_ZH = tuple("王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹")
GIVEN_ZH = tuple("晨宇欣怡浩然梓涵思远嘉宁子墨文博雅静志明晓燕海涛佳琪立群若彤启航雨桐")
TITLES_ZH = ("采购经理", "财务主管", "总经理", "项目经理", "质量工程师", "运营总监")
PUBLIC_ZH = ("高新园区管理委员会", "公共服务中心", "职业技术学院", "产业园运营中心")

# English ----------------------------------------------------------------------------------------

BRAND_START = (
    "Oak", "Bran", "Fen", "Thorn", "Wyn", "Calder", "Marl", "Elder", "Rook", "Quill", "Pem",
    "Larch", "Kest", "Tarn", "Sel", "Dun", "Ger", "Hart", "Mor", "Lind", "Hesk", "Brock", "Alder",
    "Crom", "Fal", "Whin", "Pol", "Tre", "Cobb", "Yar",
)  # fmt: skip
BRAND_END = (
    "mere", "wick", "field", "stead", "combe", "holt", "garth", "ley", "brook", "wold", "thorpe",
    "by", "ridge", "more", "dale",
)  # fmt: skip

BUSINESS_EN: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "manufacturing": (
        ("Automotive parts", ("Automotive", "Auto Components", "Motor Parts")),
        ("Household appliances", ("Appliances", "Home Products")),
        ("Electronics", ("Electronics", "Photonics")),
        ("Medical devices", ("Medical", "Surgical Devices")),
        ("Packaging", ("Packaging", "Plastics")),
        ("Machinery", ("Engineering", "Precision", "Machines")),
    ),
    "fmcg_channel": (
        ("Wholesale", ("Wholesale", "Trading", "Distribution")),
        ("Supermarkets", ("Foodstores", "Supermarkets", "Grocers")),
        ("Convenience stores", ("Convenience", "Corner Shops")),
        ("Food service", ("Catering", "Kitchens", "Food Service")),
        ("Online retail", ("Online", "Market Direct")),
    ),
    "saas": (
        ("Retail", ("Retail", "Stores")),
        ("Logistics", ("Logistics", "Freight")),
        ("Manufacturing", ("Engineering", "Materials")),
        ("Education", ("Learning", "Education")),
        ("Health", ("Health", "Clinics")),
        ("Professional services", ("Consulting", "Accounting", "Design")),
    ),
}
SUPPLIER_EN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "material": ("Raw materials", ("Steel", "Materials", "Papers")),
    "part": ("Parts", ("Fasteners", "Castings")),
    "logistics": ("Logistics", ("Haulage", "Shipping")),
}
REGULATOR_EN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "market": ("Trading standards", ("Trading Standards",)),
    "environment": ("Environment", ("Environmental Health Office",)),
    "safety": ("Work safety", ("Workplace Safety Office",)),
    "tax": ("Tax", ("Revenue Office",)),
}
FORMS_EN: Mapping[str, float] = {
    "Ltd": 0.6,
    "Limited": 0.2,
    "PLC": 0.06,
    "LLP": 0.06,
    "Group Ltd": 0.08,
}
SURNAMES_EN = (
    "Abbott", "Barlow", "Carver", "Dalton", "Ellery", "Fairley", "Garner", "Hadley", "Ingram",
    "Jessop", "Kersey", "Lockwood", "Merritt", "Norwood", "Oakley", "Penrose", "Radley", "Selwyn",
    "Tindall", "Upton", "Varley", "Whitlock", "Yardley",
)  # fmt: skip
GIVEN_EN = (
    "Ada", "Ben", "Clara", "Daniel", "Edith", "Felix", "Grace", "Henry", "Iris", "Jonah", "Kate",
    "Leo", "Maya", "Noah", "Olive", "Peter", "Ruth", "Sam", "Tessa", "Victor",
)  # fmt: skip
TITLES_EN = (
    "Purchasing manager",
    "Finance lead",
    "Managing director",
    "Project manager",
    "Quality engineer",
    "Head of operations",
)
PUBLIC_EN = ("Borough Services", "Community Trust", "Technical College", "Enterprise Zone Office")

# Simplified to traditional characters, for those of the words above that differ -----------------

TRADITIONAL = str.maketrans(
    "锐砺烁颢烨铭骏沣岚凌嵘钧韬炜骞苏无锡宁东莞广岛济汉庆门郑长陕沈阳湾汽车零部饰电器"
    "厨卫医疗械装机备制贸应链连锁团业务运输钢产园区员会质师项目经总财贸饮网络货教询"
    "术学术务责线创腾岗岗动丝丰",
    "銳礪爍顥燁銘駿灃嵐淩嶸鈞韜煒騫蘇無錫寧東莞廣島濟漢慶門鄭長陝瀋陽灣汽車零部飾電器"
    "廚衛醫療械裝機備製貿應鏈連鎖團業務運輸鋼產園區員會質師項目經總財貿飲網絡貨教詢"
    "術學術務責線創騰崗崗動絲豐",
)
