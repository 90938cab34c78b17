"""Invented offices and people of the made-up county."""

from __future__ import annotations

from .places import COUNTY_CODE, Town, Village

CLERKS = (
    ("luoniding", "罗拟定"), ("songtihuan", "宋替换"), ("xiebeiyong", "谢备用"), ("tangshixing", "唐试行"),
    ("xumoban", "许模板"), ("hanyangshi", "韩样式"), ("fengdaiti", "冯代替"), ("dengjieshao", "邓借称"),
)  # fmt: skip
"""Of the townships beside the two whose clerks the guide follows."""
LEADERS = (
    ("tongnifang", "佟拟方"), ("qijiading", "戚假定"), ("xieshiyong", "谢试用"), ("zouxuni", "邹虚拟"),
    ("yuyangpin", "喻样品"), ("baizanding", "柏暂定"), ("shuimoren", "水默认"), ("doubeixuan", "窦备选"),
    ("zhangkongwei", "章空位"),
)  # fmt: skip
"""Who signs for a township, in the order of `leading`; the others have nobody yet."""
CHECKERS = ("fangyanlian", "yunlianxi")
"""Who checks what a township hands in."""
NOBODY = 3  # the place of the township whose leader has no account: its returns are missing


def offices(towns: list[Town]) -> list[dict[str, str]]:
    """Offices: code, name, parent code and region code."""
    bureau = f"{COUNTY_CODE}-ZRZY"
    out = [
        {"code": f"{COUNTY_CODE}-ZF", "name": "青禾县人民政府", "parent": "", "region": COUNTY_CODE},
        {"code": bureau, "name": "青禾县自然资源局", "parent": f"{COUNTY_CODE}-ZF", "region": COUNTY_CODE},
        {"code": f"{bureau}-ZFDD", "name": "青禾县自然资源局执法大队", "parent": bureau, "region": COUNTY_CODE},
        {"code": f"{bureau}-GDBH", "name": "青禾县自然资源局耕地保护股", "parent": bureau, "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-NYNC", "name": "青禾县农业农村局", "parent": f"{COUNTY_CODE}-ZF", "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-CZ", "name": "青禾县财政局", "parent": f"{COUNTY_CODE}-ZF", "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-SL", "name": "青禾县水利局", "parent": f"{COUNTY_CODE}-ZF", "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-LY", "name": "青禾县林业局", "parent": f"{COUNTY_CODE}-ZF", "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-HJ", "name": "青禾县生态环境分局", "parent": f"{COUNTY_CODE}-ZF", "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-WL", "name": "青禾县文化和旅游局", "parent": f"{COUNTY_CODE}-ZF", "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-GD", "name": "青禾县示例供电公司", "parent": "", "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-QY", "name": "青禾县示例土地整治有限公司", "parent": "", "region": COUNTY_CODE},
        {"code": f"{COUNTY_CODE}-SJ", "name": "青禾县审计局", "parent": f"{COUNTY_CODE}-ZF", "region": COUNTY_CODE},
    ]  # fmt: skip
    tail = {"街道": "办事处", "镇": "人民政府", "乡": "人民政府"}
    for t in towns:
        end = next(v for k, v in tail.items() if t.name.endswith(k))
        out.append({"code": f"{t.code}-ZF", "name": t.name + end, "parent": f"{COUNTY_CODE}-ZF",
                    "region": t.code})  # fmt: skip
    return out


def people(towns: list[Town], villages: list[Village]) -> list[dict[str, str]]:
    """People: login, name, role code, office, region code and a made-up phone."""
    bureau = f"{COUNTY_CODE}-ZRZY"
    grid = [next(v for v in villages if v.town == t) for t in (1, 2)]
    rows = [
        ("zhangshili", "张示例", "county_clerk", f"{bureau}-ZFDD", COUNTY_CODE, "执法大队承办人"),
        ("zhouyangben", "周样本", "county_clerk", f"{bureau}-GDBH", COUNTY_CODE, "耕保股承办人"),
        ("liyangben", "李样本", "county_reviewer", f"{bureau}-ZFDD", COUNTY_CODE, "执法大队审核人"),
        ("wangjiashe", "王假设", "leader", bureau, COUNTY_CODE, "分管局长"),
        ("zhaocankao", "赵参考", "township_clerk", f"{towns[1].code}-ZF", towns[1].code, f"{towns[1].name}自然资源所"),
        ("qianmoni", "钱模拟", "township_clerk", f"{towns[2].code}-ZF", towns[2].code, f"{towns[2].name}自然资源所"),
        ("sunyanshi", "孙演示", "grid_worker", f"{towns[1].code}-ZF", grid[0].code, f"{grid[0].name}网格员"),
        ("wushizuo", "吴试作", "grid_worker", f"{towns[2].code}-ZF", grid[1].code, f"{grid[1].name}网格员"),
        ("zhengyangli", "郑样例", "auditor", f"{COUNTY_CODE}-SJ", COUNTY_CODE, "审计员"),
        ("chuweiji", "褚未济", "security_officer", bureau, COUNTY_CODE, "安全管理员"),
        ("weiyanxi", "卫演习", "security_officer", f"{COUNTY_CODE}-ZF", COUNTY_CODE, "安全管理员"),
        ("caishiyan", "蔡试验", "finance", f"{COUNTY_CODE}-CZ", COUNTY_CODE, "财政局经办"),
        ("jiangnishui", "江拟水", "water", f"{COUNTY_CODE}-SL", COUNTY_CODE, "水利局经办"),
        ("heshifan", "何示范", "agriculture", f"{COUNTY_CODE}-NYNC", COUNTY_CODE, "农业农村局经办"),
        ("linxuni", "林虚拟", "forestry", f"{COUNTY_CODE}-LY", COUNTY_CODE, "林业局经办"),
        ("shengxuni", "盛虚拟", "ecology", f"{COUNTY_CODE}-HJ", COUNTY_CODE, "生态环境分局经办"),
        ("wenshili", "文示例", "culture", f"{COUNTY_CODE}-WL", COUNTY_CODE, "文化和旅游局经办"),
        ("dianmofang", "田模仿", "power", f"{COUNTY_CODE}-GD", COUNTY_CODE, "供电公司经办"),
        ("qiyeyang", "齐样企", "company", f"{COUNTY_CODE}-QY", COUNTY_CODE, "实施企业经办"),
        ("guanliyuan", "冯系统", "sysadmin", bureau, COUNTY_CODE, "系统管理员"),
        ("fangyanlian", "方演练", "township_clerk", f"{towns[1].code}-ZF", towns[1].code, f"{towns[1].name}报表审核"),
        ("baokongbai", "鲍空白", "secrecy_keeper", bureau, COUNTY_CODE, "涉军图斑登记员"),
        ("yunlianxi", "云练习", "township_clerk", f"{towns[2].code}-ZF", towns[2].code, f"{towns[2].name}报表审核"),
    ]  # fmt: skip
    leading = [towns[1], *(t for k, t in enumerate(towns) if k not in (1, NOBODY))]
    rows += [
        (login, name, "township_leader", f"{t.code}-ZF", t.code, f"{t.name}分管领导")
        for (login, name), t in zip(LEADERS, leading, strict=False)
    ]
    others = [t for k, t in enumerate(towns) if k not in (1, 2)]
    rows += [
        (login, name, "township_clerk", f"{t.code}-ZF", t.code, f"{t.name}自然资源所")
        for (login, name), t in zip(CLERKS, others, strict=False)
    ]
    return [
        {"login": login, "name": name, "role": role, "office": office, "region": region,
         "title": title, "phone": f"1380000{k:04d}"}
        for k, (login, name, role, office, region, title) in enumerate(rows)
    ]  # fmt: skip
