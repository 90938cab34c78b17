/** Texts of reminders, dunning letters, and of stopping water and power. */
export default {
  'zh-CN': {
    menu: { dunning: '提醒与催缴', stopping: '停水停电', stopMeasure: '停水停电详情' },
    measures: {
      state: '状态', all: '全部', look: '查询', ledger: '完整台账与导出', selected: '已选 {count} 项', place: '所在村镇', fen: '欠费（元）', none: '没有符合条件的记录',
      dunning: {
        hint: '按账单列出到期前、到期、逾期的缴费人；催缴通知书批量编号制发，逐户登记送达', prepare: '列出名单', kinds: { before: '到期前提醒', due: '到期提醒', after: '逾期提醒', letter: '催缴通知书' }, prepared: '新列出 {count} 户', holder: '缴费人', kind: '方式', round: '次数', roundN: '第 {n} 次', asOf: '截至', letter: '文号', delivered: '送达',
        issue: '制发', issueHint: '催缴通知书将逐户编号制发，制发后不能再改；提醒不编号，制发后登记告知情况。', series: '文号序列', noSeries: '本机构还没有文号序列，请先在“文书模板”页建立机关代字。', issued: '已制发 {count} 份', print: '打印通知书（PDF）', deliver: '登记送达', states: { prepared: '待制发', issued: '待送达', delivered: '已送达', refused: '拒收' }, way: '送达方式', ways: { hand: '直接送达', left: '留置送达', post: '邮寄送达', notice: '公告送达', call: '电话告知' }, on: '送达日期', receiver: '签收人', refused: '拒收', note: '说明', noteHint: '拒收、留置的写明情况和见证人', done: '已登记 {count} 户',
      },
      stop: {
        hint: '欠费逾期的列入停水名单；无许可、无计量、欠地下水费的机电井列入停电名单。先告知、期满后由他人批准，缴清后自动提出恢复', kinds: { water: '停水', power: '停电' }, states: { proposed: '拟停', noticed: '已告知', approved: '已批准', executed: '已停', releasing: '拟恢复', released: '已恢复', cancelled: '已撤销' },
        refresh: '更新名单', refreshed: '新列入 {proposed} 项，理由变化 {changed} 项，拟恢复 {releasing} 项，撤销 {cancelled} 项', number: '编号', whom: '对象', reasons: '理由', noticeUntil: '告知期满', stopped: '停止', on: '日期', note: '说明', steps: { notice: '登记告知', approve: '批准', execute: '登记停止', release: '确认恢复', cancel: '撤销' }, taken: '已办理 {count} 项', notTaken: '第 {id} 号：{said}', clause: '依据',
        history: '办理经过', letter: '拟制文书', notice: '告知书', order: '通知书', openLetter: '查看文书：{number}', toList: '返回名单', missing: '没有找到该记录', manager: '欠费（使用）人', well: '机电井', proposedBy: '提出', approvedBy: '批准', step: '步骤', by: '办理人', power: '供电公司名单',
      },
    },
  },
  en: {
    menu: { dunning: 'Reminders', stopping: 'Stopping supply', stopMeasure: 'Measure' },
    measures: {
      state: 'State', all: 'All', look: 'Search', ledger: 'Whole ledger and export', selected: '{count} chosen', place: 'Place', fen: 'Owed (yuan)', none: 'Nothing found',
      dunning: {
        hint: 'Who has bills before, on and after their day; letters are numbered in batch and their delivery noted', prepare: 'List', kinds: { before: 'Before due', due: 'On the day', after: 'Overdue', letter: 'Dunning letter' }, prepared: '{count} new', holder: 'Holder', kind: 'Kind', round: 'Round', roundN: 'No. {n}', asOf: 'As of', letter: 'Number', delivered: 'Delivered',
        issue: 'Issue', issueHint: 'Letters are numbered one by one and cannot change afterwards; reminders have no number.', series: 'Series', noSeries: 'The office has no series of numbers yet.', issued: '{count} issued', print: 'Print letters (PDF)', deliver: 'Note delivery', states: { prepared: 'to issue', issued: 'to deliver', delivered: 'delivered', refused: 'refused' }, way: 'Way', ways: { hand: 'By hand', left: 'Left', post: 'By post', notice: 'Public notice', call: 'By phone' }, on: 'Day', receiver: 'Received by', refused: 'Refused', note: 'Note', noteHint: 'If refused or left: what happened and who witnessed it', done: '{count} noted',
      },
      stop: {
        hint: 'Overdue holders: water; wells without permit, meter or payment: power. Notice first, approval by another after it, lifted when paid', kinds: { water: 'Water', power: 'Power' }, states: { proposed: 'Proposed', noticed: 'Notice given', approved: 'Approved', executed: 'Stopped', releasing: 'To be lifted', released: 'Lifted', cancelled: 'Withdrawn' },
        refresh: 'Refresh', refreshed: '{proposed} new, {changed} changed, {releasing} to be lifted, {cancelled} withdrawn', number: 'No.', whom: 'Whom', reasons: 'Reasons', noticeUntil: 'Notice until', stopped: 'Stopped', on: 'Day', note: 'Note', steps: { notice: 'Notice given', approve: 'Approve', execute: 'Stopped', release: 'Lifted', cancel: 'Withdraw' }, taken: '{count} done', notTaken: 'No. {id}: {said}', clause: 'Clause',
        history: 'History', letter: 'Draft a letter', notice: 'Notice', order: 'Order', openLetter: 'Letter: {number}', toList: 'Back to the list', missing: 'Not found', manager: 'Holder', well: 'Well', proposedBy: 'Proposed by', approvedBy: 'Approved by', step: 'Step', by: 'By', power: 'For the power company',
      },
    },
  },
}
