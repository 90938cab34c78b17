/** Texts of judgement, dispositions and the comparison with departments, under the key `judging`. */
export default {
  'zh-CN': {
    menu: { comparison: '部门数据比对', judging: '研判表', judgements: '研判台账', judgement: '研判', dispositions: '处置台账' },
    judging: {
      hint: '{pack}：自上而下，第一条全部条件成立的行作出意见，由他人确认', tryOn: '在地块上试用', codeHint: '输入完整地块编码', try: '试用', backToTable: '返回研判表', noParcel: '没有找到该地块，请核对编码', usual: '通常处置：{measure}',
      no: '序', row: '情形', conditions: '条件', rest: '以上各行均不成立', class: '结论', reason: '理由', reasonAndClause: '理由与依据', clause: '依据', result: '判断', fired: '成立', later: '排在后面', notHeld: '不成立', found: '（实际：{found}）',
      run: '批量研判', runCount: '批量研判（{count}）', runSure: '对公示期满、无未结异议且尚未研判的 {count} 个地块提出研判意见？意见须由他人确认。', waiting: '确认研判（{count}）', waitingTitle: '待确认的研判意见', allClasses: '全部结论', shown: '显示 {shown} 个，共 {total} 个', village: '村',
      proposed: '系统意见', confirm: '确认结论', confirmOf: '确认 {count} 个', confirmedSome: '已确认 {count} 个地块的结论', outcome: '结论', keep: '同意系统意见', change: '改变结论', why: '改变的理由', meeting: '会审', noMeeting: '未经会审，由本人确认', newMeeting: '登记会审', meetingTitle: '会议名称', heldOn: '日期', place: '地点', chair: '主持人', members: '参会人员', membersHint: '用顿号或空格分开', saveMeeting: '保存会审',
      missing: '没有找到该研判', toParcel: '查看地块', where: '位置', proposedBy: '提出', confirmedBy: '确认', facts: '依据的事实', trace: '各行比较情况', earlier: '以前的研判',
      dispositions: '处置方案（一地一议）', plan: '拟定处置方案', noPlans: '没有处置方案', confirmFirst: '结论确认后才能拟定处置方案', measure: '处置措施', planText: '处置方案', office: '责任单位', dueOn: '办理期限', dueHint: '不填则按默认期限', outcomeText: '办理结果', finish: '办结', drop: '取消', resultHint: '请写明办理结果或取消的原因',
      compare: '重新比对', compareSure: '用已发布的各部门图层比对全县地块？已反馈且面积未变的意见保留。', comparedAt: '{time} 由{by}完成，比对 {count} 个地块', notCompared: '还没有比对过', department: '主管部门', zone: '比对图层', layer: '图层版本', noLayer: '没有已发布的图层', hits: '涉及地块', hitMu: '涉及（亩）', answered: '反馈进度', confirmedHits: '属实', rejectedHits: '不属实', openHits: '待反馈',
      answer: '反馈意见', answerOf: '反馈意见：{zone}', answerSome: '反馈 {count} 个', showAll: '含已反馈的', isIt: '是否属实', right: '属实', wrong: '不属实', opinion: '意见', paperNumber: '证照编号', paperHint: '林权证、草场证等编号，没有的不填',
    },
  },
  en: {
    menu: { comparison: 'Departments', judging: 'Decision table', judgements: 'Judgements', judgement: 'Judgement', dispositions: 'Dispositions' },
    judging: {
      hint: '{pack}: from the top, the first row whose conditions all hold proposes; another person confirms', tryOn: 'Try on a parcel', codeHint: 'Whole parcel code', try: 'Try', backToTable: 'Back to the table', noParcel: 'No such parcel', usual: 'Usually: {measure}',
      no: '#', row: 'Case', conditions: 'Conditions', rest: 'None of the rows above', class: 'Class', reason: 'Reason', reasonAndClause: 'Reason and clause', clause: 'Clause', result: 'Result', fired: 'fires', later: 'stands later', notHeld: 'does not hold', found: '(found: {found})',
      run: 'Propose for all', runCount: 'Propose for all ({count})', runSure: 'Propose for the {count} parcels that are ready? Another person confirms.', waiting: 'Confirm ({count})', waitingTitle: 'To be confirmed', allClasses: 'All classes', shown: '{shown} of {total}', village: 'Village',
      proposed: 'Proposed', confirm: 'Confirm', confirmOf: 'Confirm {count}', confirmedSome: '{count} confirmed', outcome: 'Conclusion', keep: 'As proposed', change: 'Another class', why: 'Reason', meeting: 'Meeting', noMeeting: 'none, by myself', newMeeting: 'Enter a meeting', meetingTitle: 'Meeting', heldOn: 'Held on', place: 'Place', chair: 'Chair', members: 'Members', membersHint: 'separated by blanks', saveMeeting: 'Save',
      missing: 'No such judgement', toParcel: 'Parcel', where: 'Where', proposedBy: 'Proposed by', confirmedBy: 'Confirmed by', facts: 'Facts', trace: 'Row by row', earlier: 'Earlier judgements',
      dispositions: 'What is to be done', plan: 'Plan', noPlans: 'Nothing planned', confirmFirst: 'Once the judgement is confirmed', measure: 'Measure', planText: 'Plan', office: 'Office', dueOn: 'Until', dueHint: 'Empty: the usual days', outcomeText: 'Result', finish: 'Done', drop: 'Drop', resultHint: 'What came of it, or why it is dropped',
      compare: 'Compare anew', compareSure: 'Compare all parcels with the published layers? Answers on unchanged ground stay.', comparedAt: '{time} by {by}, {count} parcels', notCompared: 'Not compared yet', department: 'Department', zone: 'Zone', layer: 'Layer', noLayer: 'no published layer', hits: 'Parcels', hitMu: 'mu', answered: 'Answered', confirmedHits: 'Right', rejectedHits: 'Wrong', openHits: 'Open',
      answer: 'Answer', answerOf: 'Answer: {zone}', answerSome: 'Answer {count}', showAll: 'with those answered', isIt: 'Is it so', right: 'Right', wrong: 'Wrong', opinion: 'Opinion', paperNumber: 'Paper', paperHint: 'Number of a certificate, if any',
    },
  },
}
