/** Texts of the registration of rights, under the key `registering`. */
export default {
  'zh-CN': {
    menu: { registrations: '确权登记台账', registration: '确权登记' },
    registering: {
      of: '确权登记 {no}', missing: '没有找到该登记申请', apply: '申请登记', applyHint: '以地块现登记的权利人为申请人；公示期满、没有未答复异议的地块才能申请', right: '权利类型', appliedOn: '申请日期', applicant: '申请人', unitCode: '不动产单元号', certificate: '不动产权证号', registeredOn: '登簿日期',
      surveyedOn: '核查日期', surveyor: '核查人', judged: '研判结论', hits: '部门比对情况', noHits: '不涉及各部门管控范围', notCompared: '还没有对该地块的现状进行部门数据比对，请先在“部门比对”中办理', zone: '比对图层', department: '主管部门', area: '涉及面积（平方米）', answered: '反馈', opinion: '意见', papers: '申请材料', paperKind: '材料类型', noPapers: '还没有申请材料', addPaper: '补充材料',
      check: '审查', outcome: '审查结果', outcomes: { pass: '通过', correct: '补正', refuse: '不予登记' }, passHint: '通过后留存当时的研判结论和部门比对情况', note: '意见', survey: '登记核查', unitHint: '28 位：宗地代码 19 位 + 定着物特征码 1 位 + 单元号 8 位，没有定着物的后 9 位为 W00000000', report: '核查材料',
      decide: '审批', approve: '同意登记', refuse: '不予登记', enter: '登簿发证', enterHint: '登簿后，地块的来源材料改为不动产权证', withdraw: '撤回申请', withdrawHint: '写明撤回的原因。', history: '办理经过', step: '步骤', on: '日期', by: '办理人', none: '没有申请过登记', title: '确权登记',
      blocked: '暂不能继续办理：{said}', self: '由他人批准：受理人和审查人不能批准自己办理的登记',
    },
  },
  en: {
    menu: { registrations: 'Registrations', registration: 'Registration' },
    registering: {
      of: 'Registration {no}', missing: 'Not found', apply: 'Apply', applyHint: 'The holder of the parcel applies; its notice must have run out with no objection open', right: 'Right', appliedOn: 'Applied', applicant: 'Applicant', unitCode: 'Unit code', certificate: 'Certificate', registeredOn: 'Entered',
      surveyedOn: 'Surveyed', surveyor: 'By', judged: 'Judgement', hits: 'Zones of departments', noHits: 'In no zone', notCompared: 'The parcel as it now is was not compared with the layers of departments yet', zone: 'Zone', department: 'Department', area: 'Area (m²)', answered: 'Answer', opinion: 'Opinion', papers: 'Papers', paperKind: 'Kind', noPapers: 'None yet', addPaper: 'Add a paper',
      check: 'Check', outcome: 'Result', outcomes: { pass: 'Passed', correct: 'More papers', refuse: 'Refused' }, passHint: 'Judgement and zones of the moment are kept', note: 'Opinion', survey: 'Surveyed', unitHint: '28 characters: parcel 19, what stands on it 1, unit 8; W00000000 for bare land', report: 'Report',
      decide: 'Decide', approve: 'Approve', refuse: 'Refuse', enter: 'Enter certificate', enterHint: 'The register names the certificate from then on', withdraw: 'Withdraw', withdrawHint: 'Say why.', history: 'History', step: 'Step', on: 'Day', by: 'By', none: 'Never applied for', title: 'Registration',
      blocked: 'Cannot go on: {said}', self: 'Approved by another person than who took it in or checked it',
    },
  },
}
