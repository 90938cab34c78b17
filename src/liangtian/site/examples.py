"""One example of every body the API takes, for who reads its description; they go into the OpenAPI.

All of one made-up county. A test reads each through its own schema.
"""

from __future__ import annotations

from typing import Any

_PLOT = {
    "type": "Polygon",
    "coordinates": [[[111.35, 34.31], [111.36, 34.31], [111.36, 34.32], [111.35, 34.31]]],
}
_EAST = {
    "type": "Polygon",
    "coordinates": [[[111.36, 34.31], [111.37, 34.32], [111.36, 34.32], [111.36, 34.31]]],
}
_SKETCH = {"name": "拟建养殖场", "geometry": _PLOT, "colour": "#c0392b", "note": "选址草图"}
_OFFICE = {"name": "柳塘镇自然资源所", "kind": "township", "region": "990121100"}
_ROLE = {"name": "资料查阅", "permissions": ["layers.view"], "office_scope": "all"}
_PARCEL = {
    "ownership": "collective", "way": "承包", "source_paper": "承包协议", "actual_use": "耕地",
    "irrigation": "地表水", "land_kind": "二轮承包地", "holder_id": 31,
}  # fmt: skip
_METER = {
    "kind": "power", "number": "D-0001", "rollover": "1000000", "factor": "1",
    "fitted_on": "2024-03-01", "first": "1200",
}  # fmt: skip
_REMOVAL = {"on": "2024-06-10", "last": "2450", "reason": "电表损坏更换"}
_VIEW = {
    "name": "三亩以上未判定", "query": {"area_mu__gte": "3", "judgement__empty": "1"},
    "columns": [], "grouping": [], "shared": False,
}  # fmt: skip

EXAMPLES: dict[str, Any] = {
    "HolderFileIn": {"reason": "信访办理，需核对身份"},
    "HolderFilesIn": {"query": {"region": "990121100201"}, "reason": ""},
    "DecideHitsIn": {
        "hits": [41, 42], "confirmed": False, "opinion": "已核对林权证，该处不是林地", "paper_number": "",
    },
    "DispositionEndIn": {"done": True, "result": "已补签承包合同", "file_id": 7},
    "DispositionIn": {
        "measure": "补签合同", "plan": "由村民委员会与农户补签承包合同，六月底前报乡镇备案",
        "office_id": 9, "due_on": "2026-06-30",
    },
    "JudgeAllIn": {"region": "990121100"},
    "JudgeConfirmIn": {"judgements": [12, 13], "outcome": "", "reason": "", "meeting": 2},
    "ProposeIn": {"parcels": [101, 102]},
    "ReviewIn": {
        "title": "第一次研判会审", "held_on": "2026-04-20", "place": "县自然资源局三楼会议室",
        "chair": "王假设", "members": ["李样本", "何示范", "林虚拟"], "file_id": 7,
    },
    "NoticeIn": {
        "villages": ["990121100201"], "contact": "柳塘镇自然资源所，赵参考，13800000000",
        "title": "柳塘村农用地清查成果公示", "note": "", "left_out": [],
    },
    "NoticeReasonIn": {"reason": "图上村界有误，更正后重新公示"},
    "ObjectionIn": {
        "name": "王演示", "phone": "13800000000", "number": 12, "kind": "面积",
        "text": "东边与邻户以水渠为界，实际面积应多三分地", "filed_on": "2026-03-10", "files": [],
    },
    "PublicObjectionIn": {
        "name": "王演示", "phone": "13800000000", "number": 12, "kind": "面积",
        "text": "东边与邻户以水渠为界，实际面积应多三分地",
    },
    "PublishIn": {"starts_on": "2026-03-02", "ends_on": "2026-03-17"},
    "ActiveIn": {"active": False},
    "AnswerIn": {"upheld": False, "answer": "经复测，面积与公示一致，误差在容差以内", "files": []},
    "AnalyseIn": {"geometry": _PLOT, "name": "拟建养殖场", "versions": [3]},
    "AssignIn": {"to_user": 12, "note": "请核实是否仍在施工"},
    "AtlasIn": {"title": "青禾县土地利用图册", "region": "990121", "scale": 10000, "versions": [3]},
    "AuditExportIn": {"format": "xlsx", "query": {}},
    "ConsultIn": {
        "question": "该地块是否属高标准农田", "offices": [7, 9], "rule": "all",
    },
    "ClosingIn": {"county": "990121", "through": "2026-03-31"},
    "CodeIn": {"code": "123456"},
    "ConfirmIn": {"outcome": "illegal", "reason": "", "parts": []},
    "AcceptIn": {
        "parts": [{"part": 31, "accepted_on": "2026-06-20", "restored_mu": "3.20"}],
        "opinion": "地上建筑已拆除，已复耕",
    },
    "AgendaIn": {"patches": [101, 102], "why": "disputed"},
    "BoundaryPreviewIn": {"geometry": _PLOT, "on": "2026-03-01"},
    "StartIntakeIn": {"title": "柳塘镇2026年台账", "on": "2026-03-01", "table_id": 8, "figures_id": 9},
    "IntakeReadingIn": {"sheet": "农户台账", "header": [2, 3], "layer": ""},
    "ColumnsIn": {
        "mapping": {"code": "地块编码", "name": "户主", "way": "取得方式"},
        "constants": {"ownership": "集体"}, "code_field": "DKBM",
    },
    "WordsIn": {"words": {"way": {"家庭承包": "承包"}}},
    "DecideIn": {"holders": [12], "decision": "same", "chosen": 31},
    "SelectionIn": {"place": "村东", "geometry": _PLOT},
    "CheckIn": {"situation": "built", "checked_on": "2026-03-20", "land_use": "仓库"},
    "CheckRangeIn": {"first": "2026-01", "last": "2026-03"},
    "ListedIn": {"step": "assign", "query": {"township_name": "柳塘镇"}, "note": "请于本月核查"},
    "PassIn": {"code": "J03", "part": 0, "reason": "批文原件在办，县政府已有会议纪要"},
    "ChooseProjectIn": {"project": 4},
    "DecisionIn": {
        "outcome": "illegal", "reason": "无批准手续，现场已建成", "opinions": [],
    },
    "DispatchIn": {"number": "机〔2026〕3号", "on": "2026-04-02"},
    "LeadingIn": {
        "checked_on": "2026-03-22", "finding": "现场已建成厂房，占用耕地属实", "file_id": 7,
        "members": [{"name": "王演示", "post": "副县长"}, {"name": "李样本", "post": "局长"}],
    },
    "MeetingIn": {
        "title": "2026年第1次集体会审", "held_on": "2026-03-25", "place": "县局三楼会议室",
        "chair": "王演示", "members": [{"office": 7, "name": "蒋拟农", "post": "股长"}],
    },
    "MilitaryIn": {"form_number": "J-2026-01"},
    "PlanIn": {"handling": "case", "owner": 9, "demolish": True, "due_on": "2026-06-30"},
    "ProgressIn": {"case_number": "青自然资立〔2026〕5号", "case_filed_on": "2026-04-03"},
    "ProjectIn": {
        "name": "示例高速公路", "sector": "traffic", "listing": "national",
        "listing_document": "国家高速公路网规划项目清单", "listing_number": "示发改〔2025〕12号",
        "listing_on": "2025-05-01",
    },
    "DeadlineReasonIn": {"reason": "材料已报送"},
    "DefaultIn": {"view": 5},
    "DelegateIn": {
        "to_user": 12, "starts_on": "2026-04-01", "ends_on": "2026-04-07", "reason": "外出培训",
    },
    "DraftIn": {"kind": "inspection", "source_id": 101},
    "EditIn": {"values": {"opinion": "请责令限期改正"}},
    "ReceiptBookIn": {"clerk": "zhaocankao", "series": "NT2026", "first": 1, "last": 100},
    "FeeDecisionIn": {"approve": True, "opinion": "同意"},
    "FeeReasonIn": {"reason": "记错了承租人，应记另一户"},
    "GradeIn": {"grade": "二级", "from_year": 2021, "basis": "青禾县基准地价成果"},
    "GradeRegionIn": {
        "grade": "二级", "from_year": 2021, "basis": "青禾县基准地价成果", "region": "990121100",
    },
    "MatchIn": {"payment_id": 12, "why": "金额、流水号一致"},
    "PaymentIn": {
        "holder_id": 31, "amount": "5000.00", "method": "transfer", "token": "3f1c7a52-counter",
        "reference": "20260316000123", "payer": "王演示",
    },
    "RefundIn": {
        "amount": "600.00", "method": "transfer", "reason": "多缴的款项退还本人",
        "token": "3f1c7a52-refund",
    },
    "RentRunIn": {"region": "990121", "first_year": 2021, "last_year": 2023, "due_on": "2026-06-30"},
    "SeekPayerIn": {"text": "王演示"},
    "SettleIn": {"on": "2026-03-16", "counted": "2400.00"},
    "RentTariffIn": {
        "first_year": 2021, "document": "2021年国有农用地租赁金标准", "number": "青政办〔2021〕5号",
        "rates": [{"grade": "二级", "use": "耕地", "rate": "80.00"}],
    },
    "OffsetIn": {"token": "3f1c7a52-offset"},
    "WaiverIn": {
        "bill_id": 7, "amount": "400.00", "document": "青政复〔2024〕7号", "reason": "受灾绝收，经批准减免",
    },
    "ExportIn": {"format": "xlsx", "query": {"region": "990121100"}, "columns": []},
    "ExtendIn": {"due_on": "2026-05-15", "reason": "汛期道路不通"},
    "GeometryIn": {"geometry": _PLOT},
    "GiveIn": {"to_user": 12, "reason": "由该镇核查"},
    "GrantIn": {
        "user_id": 12, "role": "township_clerk", "region": "990121100", "reason": "岗位调整",
    },
    "HandOverIn": {"from_user": 12, "to_user": 15, "reason": "调离"},
    "BuildingIn": {
        "kind": "泵房", "on": "2024-03-01", "built_year": 2015,
        "geometry": {
            "type": "Polygon",
            "coordinates": [[
                [111.3501, 34.3101], [111.3502, 34.3101], [111.3502, 34.3102], [111.3501, 34.3102],
                [111.3501, 34.3101],
            ]],
        },
    },
    "RemoveBuildingIn": {"on": "2024-06-01", "reason": "泵房改建，旧房已拆除"},
    "CropSheetIn": {
        "region": "990121100201", "year": 2024, "season": "春播",
        "rows": [{"parcel_id": 11, "sown": [{"crop": "棉花", "area_mu": "15.00"}], "was": []}],
    },
    "StartListIn": {"file_id": 7, "kind": "well", "on": "2024-03-01", "fixed": {}},
    "ListColumnsIn": {"mapping": {"code": "井号", "region": "村"}, "fixed": {"power_rollover": "1000000"}},
    "BoundaryIn": {"geometry": _PLOT, "on": "2024-09-01", "reason": "实地核查界线有误"},
    "ChangeParcelIn": {"parcel": _PARCEL, "on": "2024-09-01", "reason": "棉田改种香梨"},
    "ContractIn": {
        "kind": "household", "number": "CB-2024-001", "grantor": "柳塘村民委员会", "holder_id": 31,
        "starts_on": "2024-01-01", "ends_on": "2028-12-31", "price_kind": "per_mu",
        "price_yuan": "120.00", "lines": [{"parcel_id": 52, "area_mu": "14.98"}],
    },
    "CropsIn": {
        "year": 2024, "season": "春播", "sown": [{"crop": "棉花", "area_mu": "12.50"}],
    },
    "EndContractIn": {"on": "2026-03-31", "reason": "双方协商一致终止"},
    "FreezeYearIn": {"year": 2024, "as_of": "2024-12-31", "note": "2024年度底册"},
    "HolderIn": {"kind": "person", "name": "王演示", "region": "990121100201"},
    "HolderPaperIn": {"kind": "承包协议", "file_id": 7, "number": "CB-2024-001"},
    "HolderReasonIn": {"reason": "核对来访农户的身份"},
    "MergeHoldersIn": {"away": 32, "reason": "核对户口本为同一人"},
    "MergeIn": {"parcels": [52, 53], "on": "2024-09-01", "reason": "合并后统一经营"},
    "RegisterParcelIn": {"parcel": _PARCEL, "geometry": _PLOT, "on": "2024-03-01"},
    "SeekHolderIn": {"number": "91350100M000100Y43"},
    "SplitIn": {
        "line": {"type": "LineString", "coordinates": [[111.35, 34.31], [111.36, 34.32]]},
        "on": "2024-09-01", "reason": "两户分开承包",
    },
    "UnitIn": {"name": "示例农业发展有限公司"},
    "HolidaysIn": {"days": []},
    "HookIn": {"name": "政务消息平台", "url": "https://oa.example.cn/liangtian"},
    "IssueIn": {"series_id": 2},
    "LayerComparisonIn": {"before_id": 3, "after_id": 8},
    "LayerExportIn": {"format": "gpkg", "region_code": "990121100"},
    "LayerFlattenIn": {"rule": "later", "take_over": False},
    "LayerOwnerIn": {"office_code": "990121-ZRZY"},
    "LayerImportIn": {
        "file_id": 7, "layer_code": "dltb", "label": "2025年度", "valid_from": "2025-12-31",
    },
    "OpinionIn": {"stance": "agree", "text": "经核对，同意按违法处理"},
    "ManyIn": {"ids": [101, 102], "step": "assign", "note": "请于月底前核查", "whole": False},
    "Mapping": {
        "mapping": {"number": "JCBH", "monitoring_type": "TBLX", "period_after": "HSX"},
        "layer": "WPTB_202603", "encoding": "",
    },
    "NewOffice": {**_OFFICE, "code": "990121100-ZRZY", "parent_id": 1},
    "NewPerson": {"name": "王演示", "username": "wangyanshi", "office_id": 4, "phone": "13800000000"},
    "NoteIn": {"note": "已核对任职文件"},
    "NumberIn": {"column": "phone", "number": "13800000000"},
    "OfficeChoice": {"office_id": 4},
    "OfficeIn": _OFFICE,
    "OverlayIn": {
        "source": "layer", "key": 12, "layers": [3, 5], "ordered": True, "near_id": 7, "near_m": 200,
    },
    "ParentIn": {"parent_id": 1},
    "PasswordIn": {"old": "Jiu-Mima-2025", "new": "Xin-Mima-2026"},
    "PasswordOnly": {"password": "Xin-Mima-2026"},
    "PersonIn": {"name": "王演示", "phone": "13800000000"},
    "ArchiveIn": {
        "file_number": "2026-0001", "retention": "30年", "fonds": "J012", "catalogue": "2026",
        "reason": "",
    },
    "DossiersIn": {"query": {"year": "2026", "judgement": "illegal"}, "originals": False, "reason": ""},
    "PaperReasonIn": {"reason": "登记到了错误的图斑"},
    "PolicyIn": {"profile": "standard", "values": {}},
    "PrepareIn": {"form": "enforcement.monthly", "period": "2026-03", "reason": ""},
    "PrintIn": {"title": "柳塘镇图斑分布图", "bounds": [111.3, 34.3, 111.4, 34.4]},
    "ReadIn": {"ids": [41, 42]},
    "ReasonIn": {"reason": "所附照片不清楚"},
    "RegionChangeIn": {
        "kind": "renamed", "old": ["990121100"],
        "new": [{"code": "990121100", "name": "柳塘街道"}],
        "effective_on": "2026-07-01", "basis": "示例政函〔2026〕1号",
    },
    "ReopenIn": {"reason": "补充了批准文件，重新核对"},
    "ReverseIn": {"reason": "租金按错的标准计算", "on": "2026-04-02"},
    "ExtensionIn": {
        "due_on": "2026-07-15", "cause": "连日暴雨，通往图斑的道路中断",
        "measures": "道路抢通后集中三天完成核查",
    },
    "ExtensionDecisionIn": {"granted": True, "note": "情况属实，同意延期"},
    "FreezeRunIn": {"year": 2026, "region": "990121", "note": "2026年3月办理"},
    "FreezeReasonIn": {"reason": "水田指标与验收文件不符，请核对"},
    "ReserveIn": {
        "commodity": "FARMLAND-M2", "mu": "100.00", "document": "青自然资耕〔2026〕3号",
        "on": "2026-03-31",
    },
    "ResultReportIn": {"on": "2026-06-29", "receipt": "WPZF-2026-0031"},
    "ReturnReasonIn": {"reason": "合计与上月不符，请核对"},
    "RoleIn": _ROLE,
    "SeriesIn": {"word": "青自然资函"},
    "ShapeIn": {"act": "merge", "geometries": [_PLOT, _EAST], "tool": None},
    "SignIn": {"username": "zhangshili", "password": "Xin-Mima-2026", "code": ""},
    "SketchChangeIn": {**_SKETCH, "revision": 1},
    "SketchIn": {**_SKETCH, "shared": False},
    "SnapshotIn": {"ledger": "enforcement.patches", "query": {}, "title": "三月末台账"},
    "StartImport": {"file_id": 7, "period": "2026-03", "title": "2026年3月卫片图斑"},
    "StepIn": {"opinion": "同意"},
    "SwitchIn": {"active": True},
    "TemplateIn": {"kind": "inspection", "file_id": 7, "note": "按本县格式修订"},
    "TokenIn": {
        "name": "QGIS 读取图层", "permissions": ["layers.view"], "region": "990121", "days": 90,
    },
    "UnmaskIn": {"reason": "核对来访农户的身份"},
    "ViewIn": _VIEW,
    "VoidIn": {"reason": "当事人名称写错"},
    "WarningDayIn": {"on": "2026-09-30"},
    "WarningIn": {
        "region": "990121100", "measure": "notice", "year": 2026, "reason": "整改工作部署不到位",
    },
    "WarningNoteIn": {"note": "整改已经到位，同意办结"},
    "WarningReplyIn": {"text": "已逐图斑制定整改措施，月底前全部完成", "file_id": 7},
    "WarningSendIn": {"series_id": 2},
    "WithdrawIn": {"reason": "送件单位发来更正版"},
    "WhatIfIn": {"year": 2026, "region": "", "restored": [41, 57]},
    "MatterReasonIn": {"reason": "当事人已主动退地，不再移送"},
    "PetitionAnswerIn": {"answer": "经复测，面积与登记一致，维持原登记", "files": []},
    "PetitionCloseIn": {"result": "信访人认可答复意见", "retracted": False},
    "PetitionIn": {
        "name": "王演示", "channel": "visit", "kind": "面积界线", "text": "要求重新测量承包地面积",
        "received_on": "2026-03-10", "phone": "13800000000", "parcel_id": 52, "files": [],
    },
    "ReferralAnswerIn": {"on": "2026-05-20", "answer": "已立案调查", "files": []},
    "ReferralDayIn": {"on": "2026-04-20"},
    "ReferralDecisionIn": {"approve": True, "opinion": "同意移送"},
    "ReferralIn": {
        "authority": "police", "receiver": "青禾县公安局", "text": "擅自开垦林地，涉嫌违法",
        "basis": "《实施方案》四.(二)", "parcel_id": 52, "holder_id": 31, "files": [7],
    },
    "RegistrationCheckIn": {"outcome": "pass", "note": "材料齐全，不涉及管控范围"},
    "RegistrationDecisionIn": {"approve": True, "opinion": "同意登记"},
    "RegistrationEntryIn": {
        "certificate": "示（2026）青禾县不动产权第0000001号", "registered_on": "2026-06-01",
    },
    "RegistrationIn": {
        "right": "国有农用地使用权", "applied_on": "2026-04-20",
        "papers": [{"kind": "租赁合同", "file_id": 7}],
    },
    "RegistrationPapersIn": {"papers": [{"kind": "身份证", "file_id": 8}]},
    "RegistrationReasonIn": {"reason": "申请人撤回申请"},
    "RegistrationSurveyIn": {
        "on": "2026-05-08", "surveyor": "县测绘队", "unit_code": "990121001001GN00001W00000000",
    },
    "AllotIn": {"season_id": 1, "on": "2024-05-31"},
    "CoefficientIn": {
        "per_kwh": "2.6", "valid_from": "2024-03-01", "document": "2024年机电井水量率定成果",
    },
    "CorrectReadingIn": {"on": "2024-05-31", "value": "2450", "reason": "抄表员看错一位数字"},
    "DeliverDunningIn": {"ids": [3, 4], "on": "2024-11-05", "way": "hand", "receiver": "本人"},
    "IssueDunningIn": {"ids": [3, 4], "series_id": 2},
    "MeasureKindIn": {"kind": "power"},
    "MeasureLetterIn": {"which": "notice"},
    "MeasureStepIn": {"ids": [5], "step": "notice", "on": "2024-11-05", "note": "已当面告知"},
    "MeterIn": _METER,
    "PrepareDunningIn": {"kind": "letter", "region": "990121100"},
    "ReadingColumnsIn": {"mapping": {"number": "表号", "value": "本月示数", "on": "抄表日期"}},
    "ReadingFileIn": {"file_id": 7, "kind": "power", "month": "2024-05"},
    "ReadingsIn": {
        "month": "2024-05",
        "readings": [{"fitting_id": 3, "on": "2024-05-31", "value": "2450"}],
    },
    "RemoveMeterIn": _REMOVAL,
    "ServeIn": {"parcels": [{"parcel_id": 11, "area_mu": "30.00"}], "on": "2024-03-01"},
    "SettleReadingIn": {"reason": "现场核对，表底已翻转", "rolled": True},
    "SwapMeterIn": {
        "removal": _REMOVAL,
        "meter": {**_METER, "number": "D-0002", "fitted_on": "2024-06-10", "first": "0"},
    },
    "WaterChargeIn": {"season_id": 1, "month": "2024-05", "due_on": "2030-10-31"},
    "WaterSeasonIn": {
        "year": 2024, "name": "春灌", "starts_on": "2024-03-01", "ends_on": "2024-06-30",
        "per_mu": "200", "document": "2024年农业灌溉用水定额", "clause": "附件一",
    },
    "WaterSourceIn": {
        "kind": "well", "code": "J001", "name": "一号井", "region": "990121100201",
        "permit": "取水（示例）字〔2020〕第1号", "depth_m": "120", "pump_m3h": "60",
        "geometry": {"type": "Point", "coordinates": [111.35, 34.31]},
    },
    "WaterTariffIn": {
        "source_kind": "well", "land": "contract", "price": "0.12", "resource": "0.05",
        "tiers": [
            {"up_to": "0.2", "mode": "multiply", "value": "1.5"},
            {"up_to": None, "mode": "multiply", "value": "2"},
        ],
        "valid_from": "2024-01-01", "document": "示例价〔2024〕1号", "clause": "第三条",
    },
}  # fmt: skip


def with_examples(described: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI description, each body's schema with its example; changed in place."""
    schemas = described["components"]["schemas"]
    for name, example in EXAMPLES.items():
        if name in schemas:
            schemas[name]["examples"] = [example]
    return described
