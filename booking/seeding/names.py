"""What made-up members are called: surnames as common as in eastern Zhejiang, given names of their generation.

Assumed, from the general shape of published surname statistics; no list of real people went in.
"""

from collections.abc import Mapping
from typing import NamedTuple

SURNAMES = {
    # About so many of 10,000 people; compound surnames at the end.
    "王": 760, "陈": 740, "张": 690, "李": 560, "徐": 390, "周": 350, "胡": 300, "林": 260, "刘": 250, "沈": 230,
    "郑": 220, "吴": 220, "俞": 190, "朱": 190, "杨": 180, "叶": 170, "黄": 160, "孙": 160, "余": 140, "蒋": 130,
    "方": 125, "史": 120, "邵": 115, "金": 115, "赵": 110, "汪": 110, "虞": 105, "董": 100, "应": 95, "傅": 90,
    "童": 90, "邬": 85, "章": 85, "严": 80, "潘": 80, "戴": 80, "裘": 75, "屠": 70, "范": 70, "何": 70,
    "郭": 70, "许": 70, "谢": 70, "钱": 65, "马": 65, "毛": 65, "夏": 65, "罗": 60, "宋": 60, "韩": 60,
    "柴": 55, "竺": 50, "励": 45, "岑": 45, "施": 45, "洪": 45, "鲍": 45, "龚": 45, "任": 45, "高": 45,
    "冯": 45, "唐": 40, "曹": 40, "袁": 40, "邓": 40, "彭": 40, "曾": 40, "丁": 40, "姚": 40, "卢": 40,
    "魏": 35, "苏": 35, "吕": 35, "田": 35, "蔡": 35, "程": 35, "贺": 35, "娄": 30, "翁": 30, "顾": 30,
    "陆": 30, "葛": 30, "梁": 30, "忻": 25, "乐": 25, "华": 25, "石": 25, "姜": 25, "熊": 25, "孔": 20,
    "白": 20, "江": 20, "阮": 20, "孟": 20, "秦": 20, "尹": 20, "项": 15, "楼": 15, "桑": 15, "卓": 15,
    "欧阳": 6, "诸葛": 3, "上官": 3, "司徒": 2, "夏侯": 1, "皇甫": 1, "端木": 1, "尉迟": 1,
}  # fmt: skip


class Generation(NamedTuple):
    """Those born up to a year: how many in a hundred have a one-character name, and the characters in fashion."""

    until: int
    single: int
    characters: Mapping[str, tuple[str, str]]
    """First and last characters of given names, by sex."""


GENERATIONS = (
    Generation(
        1969,
        12,
        {
            "male": ("建国志文永德金明正忠福兴华伟宝云立春世良", "国华明军平民强林良康根祥生根富荣杰海龙庆"),
            "female": ("秀美桂玉惠爱素月春彩雪凤亚红小文淑兰瑞翠", "英珍芳娟兰凤琴娣飞仙妹珠君香花菊红华萍云"),
        },
    ),
    Generation(
        1984,
        30,
        {
            "male": ("建志海晓永国文俊立小剑旭春伟宏明一东光少", "军波峰勇明辉平杰斌刚锋涛华强伟飞东龙江林"),
            "female": ("晓丽海雪亚小红春燕静玲文秋慧美佩素云艳建", "燕红芳丽娟敏霞萍君飞波琴娜英艳玲莉静芬琼"),
        },
    ),
    Generation(
        1999,
        22,
        {
            "male": ("佳俊文志晓思宇明子浩天嘉伟鹏凯一泽家立旭", "杰伟超鹏磊涛凯波宇斌豪辉峰阳楠龙飞浩明翔"),
            "female": ("佳思晓丹梦雨静婷雪倩文莎嘉露怡欣丽诗琪晨", "婷倩娜佳燕颖莹洁琳丹琪琼敏蕾雯怡玲娇瑶静"),
        },
    ),
    Generation(
        2026,
        8,
        {
            "male": ("子浩宇俊一梓嘉天文泽皓奕睿思逸承铭博明景", "轩涵宇豪然睿杰泽阳辰航熙博霖恒瑞凯诚远哲"),
            "female": ("子欣雨梓思可诗佳一语嘉依若雅芷艺梦心悦静", "涵怡萱琪妍彤瑶欣菲诺宁妤琳玥悦晴桐洁然汐"),
        },
    ),
)
