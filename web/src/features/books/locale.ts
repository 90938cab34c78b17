/** Texts of the book, under the key `books`. */
export default {
  'zh-CN': {
    menu: { books: '账簿', journal: '凭证', bookAccount: '账户明细', bookEntry: '凭证详情' },
    books: {
      hint: '资金、水量、指标同记一本账；每笔借贷相等，记入后不改，差错以冲销更正。',
      on: '截至日期', search: '账户代码或名称', nought: '显示余额为零的账户', query: '查询',
      beancount: '导出账簿', beancountHint: 'Beancount 文本，可用其他程序复核',
      code: '账户代码', name: '账户名称', kind: '类别', region: '区划', unit: '单位', debit: '借方', credit: '贷方', balance: '余额（借为正）',
      total: '合计', balanced: '借贷平衡', unbalanced: '借贷不平', part: '所辖范围只是全县的一部分，借贷合计可以不等。',
      none: '还没有账户。发生第一笔账时自动建立。', noMovements: '截至该日没有发生额。',
      number: '凭证号', date: '日期', text: '摘要', line: '说明', key: '来源', postedBy: '记账人', postedAt: '记账时间',
      reverse: '冲销', reversed: '已冲销，见冲销凭证', isReversal: '本凭证冲销另一凭证', see: '查看',
      reverseTitle: '冲销凭证 {number}', reverseHint: '冲销会记一笔方向相反的凭证，原凭证保留，不能再次冲销。', reason: '原因', reasonHint: '写明差错，至少 4 个字', reverseOn: '记账日期', done: '已冲销，凭证号 {number}。',
      closings: '结账', closedThrough: '{county}已结账至 {date}（{name}）', neverClosed: '还没有结过账。', close: '结账', closeTitle: '结账', through: '结账至', closeHint: '该日及以前不能再记账、冲销。结账不能撤销。', closed: '已结账至 {date}。',
      cancel: '取消', confirm: '确定', mu: '{mu} 亩',
    },
  },
  en: {
    menu: { books: 'Books', journal: 'Journal', bookAccount: 'Account', bookEntry: 'Entry' },
    books: {
      hint: 'Money, water and indicators in one book; every entry balances and stands for good, mistakes are reversed.',
      on: 'As of', search: 'Code or name', nought: 'Show accounts at nought', query: 'Search',
      beancount: 'Export book', beancountHint: 'Beancount text, for another program to check',
      code: 'Code', name: 'Account', kind: 'Kind', region: 'Region', unit: 'Unit', debit: 'Debit', credit: 'Credit', balance: 'Balance (debit positive)',
      total: 'Total', balanced: 'Balanced', unbalanced: 'Not balanced', part: 'You see a part of the county only, so the sums need not be equal.',
      none: 'No accounts yet. They are opened with the first entry.', noMovements: 'Nothing was posted by that day.',
      number: 'Number', date: 'Date', text: 'Text', line: 'Note', key: 'Made for', postedBy: 'Posted by', postedAt: 'Posted at',
      reverse: 'Reverse', reversed: 'Reversed, see the entry that does', isReversal: 'This entry reverses another', see: 'Open',
      reverseTitle: 'Reverse {number}', reverseHint: 'An entry of opposite signs is posted; this one stays and cannot be reversed again.', reason: 'Reason', reasonHint: 'Say what was wrong, at least 4 characters', reverseOn: 'Date', done: 'Reversed by {number}.',
      closings: 'Closing', closedThrough: '{county} is closed through {date} ({name})', neverClosed: 'Never closed yet.', close: 'Close', closeTitle: 'Close the books', through: 'Through', closeHint: 'Nothing can be posted or reversed on or before that day. Closing cannot be undone.', closed: 'Closed through {date}.',
      cancel: 'Cancel', confirm: 'OK', mu: '{mu} mu',
    },
  },
}
