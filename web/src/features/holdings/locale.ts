/** Texts of the register of holdings. */
export default {
  'zh-CN': {
    menu: {
      holdings: '承包经营', parcels: '地块台账', parcel: '地块详情', parcelNew: '登记地块', holders: '权利人台账', holder: '一户一档', contracts: '合同台账', corpsLand: '兵团用地清单', baseYears: '年度底册',
    },
    holdings: {
      register: '登记地块', toList: '返回台账', fit: '回到地块', pointAt: '指向地块查看编码', legend: '使用方式图例', asOf: '截至日期', asOfDay: '显示的是 {day} 当日的状态', today: '今天',
      change: '变更', changeOf: '变更地块 {code}', split: '分割地块', merge: '合并地块', mergeHint: '在地图上点选相邻的地块，至少两个。权利人、使用方式等须一致，第一个地块的其他内容带入合并后的地块。', splitHint: '请在左侧地图上画一条穿过地块的折线，从一侧界线外开始，到另一侧界线外双击结束。',
      splitDrawn: '分割线已画好，可以重新画。各部分面积之和等于原地块面积，权利人和合同随地块带入各部分。', divided: '已分割为 {count} 个地块，原地块保留在沿革中',
      saved: '已保存', save: '保存', missing: '没有找到该地块', corps: '兵团用地', gone: '已分割或合并', code: '地块编码', codeNext: '不填则按所在村顺序编码',
      area: '面积', areaMu: '面积（亩）', holder: '权利人', noHolder: '未登记', cultivator: '实际经营者', ownership: '权属性质', collective: '集体', stateOwned: '国有', way: '使用方式',
      sourcePaper: '来源材料', paperNumber: '材料编号', landKind: '承包地类别', actualUse: '实际用途', irrigation: '灌溉方式', reclaimedYear: '开发年份',
      placeName: '坐落', unit: '调查单位', unitOwn: '不选则为所在乡镇', note: '备注', validFrom: '现状起始', on: '生效日期', reason: '变更原因',
      pickHolder: '输入完整姓名、单位全称或完整证件号码查找', pickNone: '没有找到，请核对或先登记权利人', fileNo: '户档号 {no}',
      drawHint: '在地图上逐点画出地块界线，双击结束', drawnArea: '画出面积约 {area} 亩', drawAgain: '重新画', registered: '已登记地块 {code}，面积 {area} 亩',
      tabs: { state: '现状', contracts: '合同', crops: '种植', history: '沿革' },
      parents: '来自', children: '分为或并入', since: '{day} 起', until: '{day} 起变为后一状态', lookThen: '查看当时',
      crops: { enter: '登记种植情况', when: '年份季别', crop: '作物', more: '增加作物', drop: '去掉这一行', none: '没有登记种植情况', year: '年份', season: '季别', area: '面积（亩）' },
      contract: {
        add: '登记合同', addTo: '登记合同：地块 {code}', none: '没有登记合同', kind: '合同类型', number: '合同编号', grantor: '发包（出租）方', holder: '承包（承租、转入）方', term: '合同期限',
        area: '合同面积', price: '价格', terms: '支付约定', scan: '合同扫描件', rests: '依据的合同', under: '依据合同 {number}', end: '提前终止', endOf: '提前终止合同 {number}', endOn: '终止日期', ended: '{day} 提前终止', over: '已到期',
        kinds: { household: '家庭承包', other: '其他方式承包', lease: '租赁', transfer: '流转' }, prices: { per_mu: '元/亩·年', per_year: '元/年', tariff: '按公布标准', free: '不收费' },
      },
      holders: {
        add: '登记权利人', change: '变更', kind: '类别', name: '姓名或名称', home: '所属村镇', seekHome: '输入村、乡镇名称或代码', number: '证件号码', phone: '联系电话', leave: '不填则保持不变',
        kinds: { person: '个人（农户）', company: '企业', collective: '村集体', farm: '国有农场', agency: '机关事业单位' }, papers: { id_card: '居民身份证', credit_code: '统一社会信用代码', other: '其他证件' },
        namesake: '已核实，确为另一人', missing: '没有找到该权利人', reveal: '查看完整身份信息', print: '打印一户一档', printClear: '打印完整档案（含身份信息和材料扫描件）', files: '批量一户一档', filesSure: '按当前查询条件生成每户一份 PDF，打包下载？身份信息已脱敏。', filesReady: '下载 {file}', hide: '恢复脱敏', why: '请写明事由，将记入审计记录', mergedInto: '该权利人已并入', twin: '同村有同名权利人，请核对是否为同一人：', merge: '合并到本档', mergeTitle: '合并权利人',
        area: '持有面积', entered: '登记', parcels: '地块', noParcels: '没有持有或经营的地块', as: '身份', roles: { holder: '权利人', cultivator: '实际经营者' },
        paperList: '证件与材料', addPaper: '上传材料', paperKind: '材料类型', file: '文件', ofParcel: '所属地块', scanHint: 'PDF 或图片',
      },
      years: { hint: '冻结后，基准日及以前的登记不能再改动；兵团用地另列', freeze: '冻结年度底册', none: '还没有冻结的年度', year: '年度', asOf: '基准日', parcels: '地块数', corpsParcels: '兵团地块数', corpsMu: '兵团面积（亩）', by: '冻结', open: '查看底册', warning: '冻结后不能撤销。此后登记的变更，生效日期必须晚于基准日。' },
    },
  },
  en: {
    menu: {
      holdings: 'Holdings', parcels: 'Parcels', parcel: 'Parcel', parcelNew: 'New parcel', holders: 'Holders', holder: 'Holder file', contracts: 'Contracts', corpsLand: 'XPCC land', baseYears: 'Base years',
    },
    holdings: {
      register: 'Register a parcel', toList: 'Back to the ledger', fit: 'Back to the parcel', pointAt: 'Point at a parcel for its code', legend: 'Ways of use', asOf: 'As of', asOfDay: 'Shown as of {day}', today: 'today',
      change: 'Change', changeOf: 'Change parcel {code}', split: 'Divide', merge: 'Merge parcels', mergeHint: 'Choose neighbours on the map, at least two. Holder and right must agree; the rest is taken from the first.', splitHint: 'Draw a line across the parcel on the map: begin outside one border, double-click outside the other.',
      splitDrawn: 'The line is drawn; draw again to replace it. The pieces sum to the parcel; holder and contracts go with them.', divided: 'Divided into {count} parcels; the old one stays in the history',
      saved: 'Saved', save: 'Save', missing: 'No such parcel', corps: 'XPCC land', gone: 'Divided or merged', code: 'Parcel code', codeNext: 'Empty: the next code of the village',
      area: 'Area', areaMu: 'Area (mu)', holder: 'Holder', noHolder: 'not entered', cultivator: 'Farmed by', ownership: 'Ownership', collective: 'Collective', stateOwned: 'State', way: 'Way of use',
      sourcePaper: 'Source paper', paperNumber: 'Paper number', landKind: 'Kind of contracted land', actualUse: 'Actual use', irrigation: 'Irrigation', reclaimedYear: 'Reclaimed in',
      placeName: 'Place', unit: 'Survey unit', unitOwn: 'Empty: its township', note: 'Note', validFrom: 'Since', on: 'From', reason: 'Reason',
      pickHolder: 'Whole name or whole number', pickNone: 'Not found; register the holder first', fileNo: 'File {no}',
      drawHint: 'Draw the border point by point, double-click to end', drawnArea: 'About {area} mu drawn', drawAgain: 'Draw again', registered: 'Parcel {code} registered, {area} mu',
      tabs: { state: 'State', contracts: 'Contracts', crops: 'Crops', history: 'History' },
      parents: 'Came out of', children: 'Became', since: 'From {day}', until: 'until the day before {day}', lookThen: 'See it then',
      crops: { enter: 'Enter crops', when: 'Year, season', crop: 'Crop', more: 'Another crop', drop: 'Remove this line', none: 'No crops entered', year: 'Year', season: 'Season', area: 'Area (mu)' },
      contract: {
        add: 'Enter a contract', addTo: 'Contract for parcel {code}', none: 'No contracts', kind: 'Kind', number: 'Number', grantor: 'Grantor', holder: 'Holder', term: 'Term',
        area: 'Area', price: 'Price', terms: 'Payment', scan: 'Scan', rests: 'Made under', under: 'under {number}', end: 'End early', endOf: 'End contract {number}', endOn: 'Ends on', ended: 'Ended {day}', over: 'Run out',
        kinds: { household: 'Household', other: 'Other contract', lease: 'Lease', transfer: 'Transfer' }, prices: { per_mu: 'yuan per mu and year', per_year: 'yuan per year', tariff: 'published tariff', free: 'free' },
      },
      holders: {
        add: 'Register a holder', change: 'Change', kind: 'Kind', name: 'Name', home: 'At home in', seekHome: 'Name or code of a village', number: 'Number', phone: 'Phone', leave: 'Empty: stays as it is',
        kinds: { person: 'Person (household)', company: 'Company', collective: 'Village collective', farm: 'State farm', agency: 'Agency' }, papers: { id_card: 'Identity card', credit_code: 'Unified credit code', other: 'Other paper' },
        namesake: 'Checked: it is another person', missing: 'No such holder', reveal: 'Show the identity', print: 'Print the file', printClear: 'Print with identity and scans', files: 'Files in bulk', filesSure: 'Make a PDF for each holder of this list, as one zip? Identity is masked.', filesReady: 'Download {file}', hide: 'Mask again', why: 'Say why; it goes to the audit trail', mergedInto: 'Merged into', twin: 'Same name in the village, check whether it is the same person:', merge: 'Merge into this file', mergeTitle: 'Merge holders',
        area: 'Holds', entered: 'Entered', parcels: 'Parcels', noParcels: 'Holds and farms no parcel', as: 'As', roles: { holder: 'Holder', cultivator: 'Farmer' },
        paperList: 'Papers', addPaper: 'Add a paper', paperKind: 'Kind', file: 'File', ofParcel: 'Of parcel', scanHint: 'PDF or picture',
      },
      years: { hint: 'What is dated on the day or before cannot change any more; XPCC land apart', freeze: 'Freeze a year', none: 'No year is frozen', year: 'Year', asOf: 'As of', parcels: 'Parcels', corpsParcels: 'XPCC parcels', corpsMu: 'XPCC area (mu)', by: 'Frozen by', open: 'Open', warning: 'This cannot be undone. Later changes must be dated after that day.' },
    },
  },
}
