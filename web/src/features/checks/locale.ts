/** Texts of the data checks (数据检查), under the key `checks`. */
export default {
  'zh-CN': {
    menu: { checks: '数据检查' },
    checks: {
      hint: '保存时即检查；有误的图斑不能确认、返回、报验、归档。每条写明问题在哪里、怎么改、由谁改。',
      run: '重新检查', from: '起始月份', to: '截止月份', running: '正在检查', finished: '已检查 {patches} 个图斑：有误 {errors} 项，提醒 {warnings} 项，消除 {resolved} 项。',
      errors: '有误', warnings: '提醒', passed: '已放行', patches: '涉及图斑', byCode: '按检查项', byOffice: '按责任单位', code: '检查项', office: '责任单位', none: '没有未改正的问题', list: '问题清单', open: '只看未消除',
      panel: '数据检查', clean: '数据检查没有发现问题', count: '有误 {errors} 项，提醒 {warnings} 项', advice: '如何处理', go: '去改正', side: '由{side}改正', part: '第 {n} 部分',
      pass: '写明理由放行', passTitle: '放行“{label}”', passHint: '写明理由；相关数据再有变动，放行即失效，须重新办理。', passedBy: '{who}于 {at} 放行：{why}', ok: '放行', cancel: '取消', done: '已放行。', missing: '该问题不存在或不在您的管辖范围内',
    },
  },
  en: {
    menu: { checks: 'Data checks' },
    checks: {
      hint: 'Checked on saving; a patch with errors is not confirmed, returned, reported or archived. Each line says where, how and by whom it is put right.',
      run: 'Check again', from: 'From month', to: 'To month', running: 'Checking', finished: '{patches} patches checked: {errors} errors, {warnings} warnings, {resolved} put right.',
      errors: 'Errors', warnings: 'Warnings', passed: 'Let pass', patches: 'Patches', byCode: 'By check', byOffice: 'By office', code: 'Check', office: 'Office', none: 'Nothing is open', list: 'Problems', open: 'Only what is open',
      panel: 'Data checks', clean: 'The data checks found nothing', count: '{errors} errors, {warnings} warnings', advice: 'What to do', go: 'Go there', side: 'Put right by: {side}', part: 'Part {n}',
      pass: 'Let pass for a reason', passTitle: 'Let “{label}” pass', passHint: 'Give the reason; it is void once the data change.', passedBy: 'Let pass by {who} at {at}: {why}', ok: 'Let pass', cancel: 'Cancel', done: 'Let pass.', missing: 'No such problem on your ground',
    },
  },
}
