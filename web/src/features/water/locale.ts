/** Texts of water: sources, meters, readings, prices, charges, reports. */
export default {
  'zh-CN': {
    menu: {
      water: '用水与催缴', waterSources: '机电井与渠系', waterSource: '水源详情', waterSourceNew: '登记水源', waterReadings: '抄表', waterStandards: '水价与定额', waterCharges: '水费核算', waterReports: '用水与补贴报表',
    },
    water: {
      register: '登记机电井、渠道', change: '变更', changeOf: '变更 {name}', save: '保存', saved: '已保存', toList: '返回台账', missing: '没有找到该水源',
      kind: '类别', kinds: { well: '机电井', canal: '渠道' }, code: '编号', name: '名称', place: '所在村镇', level: '渠系级别', levels: { main: '干渠', branch: '支渠', lateral: '斗渠', field: '农渠' },
      parent: '上级渠道', branches: '下级渠道', manager: '管理使用人', permit: '取水许可证号', permitUntil: '许可有效期至', noPermit: '无取水许可', depth: '井深（米）', pump: '水泵出水量（立方米/时）', closed: '封停日期', closedOn: '{day} 封停', note: '备注', entered: '登记',
      drawPoint: '在地图上点出井位', drawLine: '在地图上逐点画出渠线，双击结束', drawn: '位置已画好，可以重新画', redraw: '重新画位置', noPlace: '还没有登记位置', pumpHint: '用于检查读数是否超出水泵能力',
      tabs: { state: '基本情况', served: '供水地块', meters: '计量表', readings: '抄表记录', factors: '折算系数' },
      served: { edit: '调整供水地块', hint: '在地图上点选地块加入，填写灌溉面积；一个地块由几个水源供水的，各填一部分。', code: '地块编码', mu: '灌溉面积（亩）', since: '起始', until: '终止', on: '起始日期', none: '没有登记供水地块', drop: '去掉', now: '现供水', total: '合计 {mu} 亩' },
      meters: { fit: '装表', swap: '换表', remove: '拆表', kind: '表类别', kinds: { water: '水表', power: '电表' }, number: '表号', rollover: '表底量程', rolloverHint: '计数到该数后归零，如六位表填 1000000', factor: '倍率', on: '安装日期', first: '起始示数', off: '拆除日期', last: '拆除示数', rolled: '拆除前表底翻转过', reason: '原因', none: '没有装表', there: '在装' },
      factors: { enter: '录入折算系数', value: '立方米/千瓦时', since: '生效日期', document: '依据文件', clause: '条款', none: '没有折算系数', waiting: '待审批', approvedBy: '{name} 审批', enteredBy: '{name} 录入' },
      readings: {
        month: '月份', kind: '表类别', all: '全部', show: '范围', shows: { all: '全部', missing: '未抄表', doubtful: '待核实' }, query: '查询', number: '表号', source: '水源', before: '上次示数', on: '抄表日期', value: '本月示数', use: '用量', factor: '倍率', state: '状态', unread: '未抄表', enter: '保存本页录入（{count}）', entered: '已录入 {count} 个读数',
        correct: '更正', settle: '核实', correctOf: '更正读数：表 {number}', settleOf: '核实读数：表 {number}', reason: '说明', rolled: '示数倒走是因为表底翻转', found: '疑点', by: '录入', none: '没有符合条件的表', import: '导入用电量文件', hint: '读数有疑点的先不计费，核实或更正后计入；未抄的不估算。',
        file: { title: '导入抄表文件', hint: 'Excel 或 CSV，至少有表号和本月示数两列；同一表同一月份重复导入不会重复入库', check: '核对', columns: '列对应', rematch: '按所选列重新核对', ready: '可入库', same: '已有', wrong: '有误', row: '行', said: '结果', accept: '入库 {count} 行', discard: '放弃', marked: '下载标注表', done: '已入库', recent: '最近的文件', noColumn: '（无）', allGood: '全部正常' },
      },
      standards: {
        hint: '录入后须由他人审批才用于计费；审批后不能改，只能录入新的标准', tariffs: '水价', seasons: '灌溉季与定额', factors: '待审批的折算系数', addTariff: '录入水价', addSeason: '录入灌溉季', source: '水源', land: '用水类别', lands: { contract: '30年承包地', other: '非30年承包地' }, price: '水价（元/立方米）', resource: '水资源费（元/立方米）', tiers: '超定额加价', noTiers: '不加价', since: '生效', until: '失效', document: '依据', clause: '条款', state: '状态', approve: '审批', withdraw: '撤回', approveSure: '审批通过后将用于计费且不能修改。确认通过“{what}”？', withdrawSure: '撤回“{what}”？', approved: '已审批', waiting: '待审批', none: '没有录入',
        tierUpTo: '超定额至（%）', tierEnd: '不封顶', multiply: '倍数', add: '加价', addTier: '增加一档', year: '年度', name: '灌溉季', from: '起', to: '止', perMu: '定额（立方米/亩）', tierText: '超 {upTo}% 以内{price}', tierLast: '再超出的{price}', byTimes: ' ×{value}', byYuan: ' +{value} 元',
      },
      charges: {
        hint: '按读数、折算系数、定额和水价逐月核算；重新核算时没有变化的账单不变', season: '灌溉季', month: '核算至', look: '预览', lookFirst: '选择灌溉季和月份，点“预览”查看应开的账单和未计费的水量。', post: '入账', due: '缴费期限', postSure: '将开具或更正账单：新开 {new} 份，更正 {changed} 份，不变 {same} 份，撤销 {gone} 份。', started: '已开始核算入账', posted: '入账完成：新开 {new} 份，更正 {replaced} 份，不变 {unchanged} 份',
        m3: '水量（立方米）', water: '水费', resource: '水资源费', standing: '已入账', bills: '账单', tabs: { bills: '账单明细', gaps: '未计费', allot: '配水' }, holder: '缴费人', kind: '费种', quota: '定额', amount: '金额（元）', change: '变化', changes: { new: '新开', changed: '更正', same: '不变' }, basis: '计费依据', gap: '原因', detail: '说明', noGaps: '没有未计费的水量', noBills: '没有账单',
        allot: '按定额配水', allotOn: '按该日的供水关系', allotted: '已为 {count} 户配水 {m3} 立方米', noSeason: '还没有已审批的灌溉季，请先到“水价与定额”录入并审批。', tier: '档', tier0: '定额内', tierN: '超定额第 {n} 档', unitPrice: '单价', meter: '表', span: '{from}（{fromOn}）至 {to}（{toOn}）', use: '用量', perKwh: '系数 {k}', share: '{parcel}：{m3} 立方米（{source} 共 {of}，按 {mu} 亩分摊）', document: '水价依据', quotaDocument: '定额依据', before: '本季此前用水', quotaText: '{perMu} × {mu} 亩 = {quota} 立方米', rolled: '翻转',
      },
      reports: { use: '用水统计', subsidy: '补贴底册', season: '灌溉季', excel: '导出 Excel', clear: '导出完整身份信息', why: '请写明事由，将记入审计记录', township: '乡镇', village: '村', source: '水源', land: '用水类别', holders: '用水户', mu: '灌溉面积（亩）', quota: '定额水量', m3: '实际用水', perMu: '亩均用水', year: '年度', crop: '作物', holder: '种植人', parcels: '地块数', sown: '种植面积（亩）', asOf: '以 {day} 的登记为准，兵团用地不在内', total: '合计', none: '没有数据', useHint: '以已核算入账的水量统计，单位：立方米' },
    },
  },
  en: {
    menu: {
      water: 'Water and arrears', waterSources: 'Wells and canals', waterSource: 'Water source', waterSourceNew: 'New source', waterReadings: 'Readings', waterStandards: 'Prices and quotas', waterCharges: 'Water charges', waterReports: 'Use and subsidies',
    },
    water: {
      register: 'Register a well or canal', change: 'Change', changeOf: 'Change {name}', save: 'Save', saved: 'Saved', toList: 'Back to the ledger', missing: 'No such source',
      kind: 'Kind', kinds: { well: 'Well', canal: 'Canal' }, code: 'Code', name: 'Name', place: 'Place', level: 'Level', levels: { main: 'Main', branch: 'Branch', lateral: 'Lateral', field: 'Field' },
      parent: 'Out of', branches: 'Branches', manager: 'Manager', permit: 'Permit', permitUntil: 'Permit until', noPermit: 'No permit', depth: 'Depth (m)', pump: 'Pump (m³/h)', closed: 'Closed on', closedOn: 'Closed {day}', note: 'Note', entered: 'Entered',
      drawPoint: 'Point at the well on the map', drawLine: 'Draw the canal on the map, double-click to end', drawn: 'Drawn; draw again to replace it', redraw: 'Draw again', noPlace: 'No place entered', pumpHint: 'Readings beyond it are doubtful',
      tabs: { state: 'State', served: 'Parcels', meters: 'Meters', readings: 'Readings', factors: 'Coefficients' },
      served: { edit: 'Change parcels', hint: 'Click parcels on the map and enter the irrigated area; a parcel of several sources is divided among them.', code: 'Parcel', mu: 'Irrigated (mu)', since: 'Since', until: 'Until', on: 'From', none: 'No parcels', drop: 'Remove', now: 'now', total: '{mu} mu in all' },
      meters: { fit: 'Fit a meter', swap: 'Swap', remove: 'Take off', kind: 'Kind', kinds: { water: 'Water meter', power: 'Power meter' }, number: 'Number', rollover: 'Rolls over at', rolloverHint: 'Begins again at nought there, e.g. 1000000', factor: 'Factor', on: 'Fitted on', first: 'First reading', off: 'Taken off', last: 'Last reading', rolled: 'Had rolled over', reason: 'Reason', none: 'No meter', there: 'fitted' },
      factors: { enter: 'Enter a coefficient', value: 'm³/kWh', since: 'From', document: 'Document', clause: 'Clause', none: 'No coefficient', waiting: 'waits', approvedBy: 'approved by {name}', enteredBy: 'entered by {name}' },
      readings: {
        month: 'Month', kind: 'Kind', all: 'All', show: 'Show', shows: { all: 'All', missing: 'Not read', doubtful: 'Doubtful' }, query: 'Search', number: 'Number', source: 'Source', before: 'Before', on: 'Read on', value: 'Reading', use: 'Use', factor: 'Factor', state: 'State', unread: 'Not read', enter: 'Save this page ({count})', entered: '{count} readings entered',
        correct: 'Correct', settle: 'Settle', correctOf: 'Correct meter {number}', settleOf: 'Settle meter {number}', reason: 'Reason', rolled: 'It went back because it rolled over', found: 'Findings', by: 'by', none: 'No meters', import: 'Import a file', hint: 'Doubtful readings are not charged until settled; nothing is estimated.',
        file: { title: 'Import readings', hint: 'Excel or CSV with meter number and reading; the same meter and month is never entered twice', check: 'Check', columns: 'Columns', rematch: 'Check again', ready: 'Ready', same: 'There already', wrong: 'Wrong', row: 'Row', said: 'Result', accept: 'Enter {count} rows', discard: 'Give up', marked: 'Marked file', done: 'Entered', recent: 'Recent files', noColumn: '(none)', allGood: 'All good' },
      },
      standards: {
        hint: 'What one enters another approves; approved ones cannot change', tariffs: 'Prices', seasons: 'Seasons and quotas', factors: 'Coefficients that wait', addTariff: 'Enter a price', addSeason: 'Enter a season', source: 'Source', land: 'Land', lands: { contract: '30-year contract land', other: 'Other land' }, price: 'Price (yuan/m³)', resource: 'Resource fee (yuan/m³)', tiers: 'Over the quota', noTiers: 'none', since: 'From', until: 'To', document: 'Document', clause: 'Clause', state: 'State', approve: 'Approve', withdraw: 'Withdraw', approveSure: 'Approve “{what}”? It cannot change afterwards.', withdrawSure: 'Withdraw “{what}”?', approved: 'approved', waiting: 'waits', none: 'Nothing entered',
        tierUpTo: 'Over by up to (%)', tierEnd: 'no end', multiply: 'times', add: 'plus', addTier: 'Another tier', year: 'Year', name: 'Season', from: 'From', to: 'To', perMu: 'Quota (m³/mu)', tierText: 'over by up to {upTo}%{price}', tierLast: 'beyond{price}', byTimes: ' ×{value}', byYuan: ' +{value} yuan',
      },
      charges: {
        hint: 'Month by month from readings, coefficients, quotas and prices; unchanged bills stay', season: 'Season', month: 'Up to', look: 'Preview', lookFirst: 'Choose season and month and preview the bills and what is not charged.', post: 'Post', due: 'Due on', postSure: 'New {new}, corrected {changed}, unchanged {same}, withdrawn {gone}.', started: 'Posting', posted: 'Posted: new {new}, corrected {replaced}, unchanged {unchanged}',
        m3: 'Water (m³)', water: 'Water fee', resource: 'Resource fee', standing: 'Posted', bills: 'Bills', tabs: { bills: 'Bills', gaps: 'Not charged', allot: 'Allocation' }, holder: 'Holder', kind: 'Charge', quota: 'Quota', amount: 'Yuan', change: 'Change', changes: { new: 'new', changed: 'corrected', same: 'same' }, basis: 'Basis', gap: 'Why', detail: 'Detail', noGaps: 'Everything is charged', noBills: 'No bills',
        allot: 'Allot by quota', allotOn: 'Parcels as of', allotted: '{count} holders, {m3} m³', noSeason: 'No approved season yet.', tier: 'Tier', tier0: 'within', tierN: 'over {n}', unitPrice: 'Price', meter: 'Meter', span: '{from} ({fromOn}) to {to} ({toOn})', use: 'Use', perKwh: '× {k}', share: '{parcel}: {m3} m³ ({source} {of} in all, by {mu} mu)', document: 'Price from', quotaDocument: 'Quota from', before: 'Before in the season', quotaText: '{perMu} × {mu} mu = {quota} m³', rolled: 'rolled over',
      },
      reports: { use: 'Water use', subsidy: 'Subsidy lists', season: 'Season', excel: 'Excel', clear: 'With full identities', why: 'Say why; it goes to the audit trail', township: 'Township', village: 'Village', source: 'Source', land: 'Land', holders: 'Holders', mu: 'Irrigated (mu)', quota: 'Quota', m3: 'Used', perMu: 'Per mu', year: 'Year', crop: 'Crop', holder: 'Farmer', parcels: 'Parcels', sown: 'Sown (mu)', asOf: 'As of {day}, without XPCC land', total: 'Total', none: 'No data', useHint: 'As charged, m³' },
    },
  },
}
