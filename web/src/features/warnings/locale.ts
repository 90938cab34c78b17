/** Texts of warnings to townships (督办), under the key `warnings`. */
export default {
  'zh-CN': {
    menu: { warnings: '督办', warning: '督办事项' },
    warnings: {
      titled: '{township}{year}年度{label}',
      hint: '按整改进展排名；措施由规则提出，由领导决定，乡镇按期答复。数据截至 {on}。', year: '卫片年度', ledger: '督办台账', export: '导出排名', propose: '按规则提出', byHand: '手工提出',
      proposed: '新提出 {n} 项督办。', none: '没有新的督办需要提出。', ranking: '乡镇排名', running: '正在办理', nothing: '没有正在办理的督办。',
      place: '名次', township: '乡镇', illegal: '违法占用耕地（亩）', open: '尚未整改（亩）', share: '已整改', lateJudged: '逾期未判定', lateRight: '逾期未整改', unanswered: '逾期未答复',
      measure: '措施', stage: '环节', reasons: '提出依据', due: '答复期限', late: '逾期', reason: '理由', hand: '手工提出：{reason}',
      handHint: '写明提出督办的理由', done: '已办理。', cancel: '取消', confirm: '确定', choose: '请选择',
      figures: '提出时的指标', asOf: '指标截至 {day}，政策参数 {version}', consistent: '按当时指标与参数复核一致', inconsistent: '按当时指标与参数复核不一致',
      proposedBy: '提出', byRule: '规则', decidedBy: '决定', letter: '文书', draft: '拟制文书', edit: '修改与编号', word: '下载文书', sentOn: '发出日期', replyPart: '乡镇答复', replyText: '答复内容', file: '附件', noReply: '尚未答复', noNeed: '不须答复',
      held: '约谈（启动问责）日期', reported: '情况报告日期', hold: '登记举行日期', report: '登记情况报告', history: '办理记录', endNote: '办结说明', series: '文号序列', opinion: '意见', day: '日期', noSeries: '本机构还没有文号序列，请先在“文书模板”建立。', drop: '选填；上传 PDF、Word 或图片',
    },
  },
  en: {
    menu: { warnings: 'Warnings', warning: 'Warning' },
    warnings: {
      titled: '{township} {year}: {label}',
      hint: 'Townships by share put right; rules propose, a leader decides, the township answers. As of {on}.', year: 'Year', ledger: 'Ledger', export: 'Export ranking', propose: 'Propose by rule', byHand: 'Propose by hand',
      proposed: '{n} proposed.', none: 'Nothing new to propose.', ranking: 'Ranking', running: 'Under way', nothing: 'Nothing is under way.',
      place: 'Place', township: 'Township', illegal: 'Illegal farmland (mu)', open: 'Still open (mu)', share: 'Put right', lateJudged: 'Late judgements', lateRight: 'Late remedies', unanswered: 'Late answers',
      measure: 'Measure', stage: 'Stage', reasons: 'Grounds', due: 'Answer due', late: 'Late', reason: 'Reason', hand: 'By hand: {reason}',
      handHint: 'Why it is proposed', done: 'Done.', cancel: 'Cancel', confirm: 'OK', choose: 'Choose',
      figures: 'Figures of then', asOf: 'As of {day}, values {version}', consistent: 'Repeats with the figures and values of then', inconsistent: 'Does not repeat with the figures and values of then',
      proposedBy: 'Proposed by', byRule: 'Rules', decidedBy: 'Decided by', letter: 'Letter', draft: 'Draft letter', edit: 'Edit and number', word: 'Download', sentOn: 'Sent on', replyPart: 'Answer', replyText: 'Answer', file: 'File', noReply: 'Not answered', noNeed: 'No answer due',
      held: 'Held on', reported: 'Reported on', hold: 'Note the day held', report: 'Note the report', history: 'History', endNote: 'Note', series: 'Series', opinion: 'Opinion', day: 'Day', noSeries: 'No series of numbers yet.', drop: 'Optional; PDF, Word or a picture',
    },
  },
}
