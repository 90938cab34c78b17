/** Texts of the accountability ratio, under the key `ratio`. */
export default {
  'zh-CN': {
    menu: { ratio: '问责比例' },
    ratio: {
      hint: '违法占用耕地面积比例＝违法占用耕地÷新增建设占用耕地，按卫片年度和政策包逐个图斑计算。',
      year: '卫片年度', region: '区划', whole: '全部', export: '导出 Excel',
      value: '比例', numerator: '计入分子', denominator: '计入分母', open: '尚未整改', mu: '亩',
      inScope: '达到问责条件', notInScope: '未达到问责条件', noRatio: '没有新增建设占用耕地', township: '乡镇不单独评估，数字供排查。',
      unsettled: '另有 {count} 个图斑尚未判定确认（涉及耕地 {mu} 亩），未计入。', rules: '政策包 {pack}（{version}）',
      below: '下级区划', name: '名称', scope: '问责',
      parts: '逐个图斑', number: '监测编号', place: '位置', legality: '判定', farmland: '占用耕地', regularised: '补办手续', restored: '拆除复耕', how: '计算说明',
      legalities: { legal: '合法', illegal: '违法', other: '其他用地' },
      sides: { all: '全部', numerator: '计入分子', denominator: '计入分母', neither: '两者都不计', open: '尚未整改' },
      restore: '整改测算', restoreNone: '目前未达到问责条件，不需要测算。', restoreFewest: '整改下列 {count} 个图斑（共 {mu} 亩）即可退出问责范围，这是个数最少的做法：', restoreFirst: '（只列前 {count} 个）', restoreImpossible: '按现有规则，整改全部图斑也不能退出问责范围。',
      tryOut: '试算：在“逐个图斑”中勾选拟拆除复耕的图斑。', picked: '已勾选 {count} 个，整改后：比例 {ratio}，分子 {above} 亩，分母 {below} 亩', clear: '清除勾选',
      forecast: '年末预测', months: '逐月情况', course: '情形', toRestore: '年底前至少还需整改', assumptions: '预测依据', month: '月份', newIllegal: '当月新增违法', putRight: '当月扣减分子', noForecast: '该年度尚未开始。', over: '该年度已结束。',
      none: '该年度没有已判定的图斑。', line: '比例（%）', limit: '{share}% 界限',
    },
  },
  en: {
    menu: { ratio: 'Accountability' },
    ratio: {
      hint: 'Illegal over all new construction on farmland, patch by patch, by patch year and policy pack.',
      year: 'Patch year', region: 'Region', whole: 'All', export: 'Export Excel',
      value: 'Ratio', numerator: 'Numerator', denominator: 'Denominator', open: 'Still open', mu: 'mu',
      inScope: 'In scope of accountability', notInScope: 'Not in scope', noRatio: 'No construction on farmland', township: 'Townships are not assessed by themselves.',
      unsettled: '{count} patches are not judged and confirmed yet ({mu} mu of farmland) and do not count.', rules: 'Policy pack {pack} ({version})',
      below: 'Regions below', name: 'Name', scope: 'Scope',
      parts: 'Patch by patch', number: 'Number', place: 'Place', legality: 'Judgement', farmland: 'Farmland', regularised: 'Papers', restored: 'Restored', how: 'How it counts',
      legalities: { legal: 'Legal', illegal: 'Illegal', other: 'Other land' },
      sides: { all: 'All', numerator: 'Numerator', denominator: 'Denominator', neither: 'Neither', open: 'Still open' },
      restore: 'What to restore', restoreNone: 'Not in scope at present.', restoreFewest: 'Restoring these {count} patches ({mu} mu) leaves the scope; no fewer do:', restoreFirst: ' (the first {count})', restoreImpossible: 'By the present rules no restoration is enough.',
      tryOut: 'Try: tick the patches to be restored under “Patch by patch”.', picked: '{count} ticked; then: ratio {ratio}, numerator {above} mu, denominator {below} mu', clear: 'Clear',
      forecast: 'To the year’s end', months: 'Month by month', course: 'Course', toRestore: 'Least to restore by then', assumptions: 'Assumptions', month: 'Month', newIllegal: 'New illegal', putRight: 'Off the numerator', noForecast: 'The year has not begun.', over: 'The year is over.',
      none: 'No judged patches in this year.', line: 'Ratio (%)', limit: '{share} % limit',
    },
  },
}
