/** Texts of freezes linked to violations, under the key `freezes`. */
export default {
  'zh-CN': {
    menu: { freezes: '增违挂钩' },
    freezes: {
      hint: '违法占用耕地等量冻结补充耕地指标；拆除复耕经市级验收、自治区（省级）确认后解除；处罚后补办手续的等量核减。',
      year: '卫片年度', run: '办理入账', runSure: '将按下表 {count} 处变动记入账簿，入账后只能冲销。确认办理？', running: '已提交后台办理，完成后刷新本页查看',
      refresh: '刷新', ledger: '逐图斑台账', paddyLedger: '水田台账', takeIn: '登记指标入库',
      indicator: '指标', free: '可用', frozen: '冻结中', spent: '已核减', owed: '欠冻结', after: '办理后可用',
      preview: '与上次办理的差异（预览）', nothing: '与上次办理没有差异，无须办理。', shown: '共 {count} 处变动，列出前 {shown} 处。',
      number: '监测编号', gone: '已撤销', place: '村', act: '变动', dFrozen: '冻结增减', dSpent: '核减增减', dReleased: '解除', dOwed: '欠冻结增减', reason: '说明', unit: '单位：平方米',
      runs: '办理记录', at: '时间', by: '办理人', what: '内容', note: '备注', none: '本年度还没有办理过。',
      moves: '冻结、解除、核减记录', entry: '凭证', noEntry: '（只记欠，无凭证）',
      commodity: '指标', m2: '面积（平方米）', mu: '折合 {mu} 亩', document: '入库依据文号', on: '入库日期', done: '已登记入库', save: '登记',
      acts: { freeze: '冻结', release: '解除冻结', spend: '核减', owe: '记欠', reverse: '冲销' },
    },
  },
  en: {
    menu: { freezes: 'Freezes' },
    freezes: {
      hint: 'Illegal farmland freezes the same amount of indicators; released when restored, accepted and confirmed; spent when papers follow a penalty.',
      year: 'Patch year', run: 'Post', runSure: '{count} changes will be posted; afterwards they can only be reversed. Go on?', running: 'Handed to the background; reload this page when it is done',
      refresh: 'Reload', ledger: 'Ledger by patch', paddyLedger: 'Paddy', takeIn: 'Indicators in',
      indicator: 'Indicator', free: 'Free', frozen: 'Frozen', spent: 'Spent', owed: 'Owed', after: 'Free after the run',
      preview: 'Differences to the last run (preview)', nothing: 'No differences to the last run.', shown: '{count} changes, the first {shown} listed.',
      number: 'Patch', gone: 'gone', place: 'Village', act: 'Change', dFrozen: 'Frozen ±', dSpent: 'Spent ±', dReleased: 'Released', dOwed: 'Owed ±', reason: 'Note', unit: 'In m²',
      runs: 'Runs', at: 'At', by: 'By', what: 'What', note: 'Note', none: 'No run this year yet.',
      moves: 'Frozen, released, spent', entry: 'Entry', noEntry: '(owed only, no entry)',
      commodity: 'Indicator', m2: 'Area (m²)', mu: '{mu} mu', document: 'Paper', on: 'Date', done: 'Written down', save: 'Write down',
      acts: { freeze: 'frozen', release: 'released', spend: 'spent', owe: 'owed', reverse: 'reversed' },
    },
  },
}
