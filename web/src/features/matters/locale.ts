/** Texts of referrals and petitions, under the key `matters`. */
export default {
  'zh-CN': {
    menu: { referrals: '移送台账', referral: '移送', petitions: '信访台账', petition: '信访' },
    matters: {
      title: '移送与信访', subject: '涉及', parcel: '涉及地块', parcelHint: '地块编码，选一个；没有具体地块的可不填', holder: '权利人', noParcel: '没有具体地块', files: '材料', answerFiles: '回复材料', on: '日期', none: '没有移送和信访事项', reason: '理由', by: '办理人',
      refer: '提出移送', referralOf: '移送 {no}', missingReferral: '没有找到该移送', authority: '移送机关类别', receiver: '受移送单位', text: '移送事由', basis: '移送依据', proposed: '提出', approved: '批准', sentOn: '移送日期', answeredOn: '回复日期', answer: '回复内容', letter: '移送函', noLetter: '尚未制发', cancelled: '撤销（不同意）理由',
      acts: { decide: '审批', letter: '制发文书', send: '登记移送', answer: '登记回复', cancel: '撤销' }, outcome: '审批结果', agree: '同意移送', disagree: '不同意', opinion: '意见', cancelHint: '写明撤销的理由。', sendHint: '移送函编号制发后才能登记移送', self: '等待他人批准：提出人不能批准自己提出的移送',
      petition: '登记信访', petitionOf: '信访 {no}', missingPetition: '没有找到该信访', petitioner: '信访人', idNumber: '证件号码', phone: '联系电话', channel: '来源', kind: '信访类型', wanted: '信访诉求', receivedOn: '收到日期', dueOn: '办理期限', late: '逾期', daysHint: '自收到之日起 {days} 日内答复', loggedBy: '登记人',
      reply: '答复意见', repliedOn: '答复日期', repliedBy: '答复人', give: '提交答复', close: '办结', closeHint: '写明办结情况，如信访人是否认可。', retract: '登记撤回', retractHint: '写明信访人撤回的情况。', closedOn: '办结日期', result: '办结情况', notAnswered: '尚未答复', state: '状态',
    },
  },
  en: {
    menu: { referrals: 'Referrals', referral: 'Referral', petitions: 'Petitions', petition: 'Petition' },
    matters: {
      title: 'Referrals and petitions', subject: 'About', parcel: 'Parcel', parcelHint: 'Parcel code; none if no parcel is meant', holder: 'Holder', noParcel: 'No parcel named', files: 'Documents', answerFiles: 'Documents of the answer', on: 'Day', none: 'None', reason: 'Reason', by: 'By',
      refer: 'Refer', referralOf: 'Referral {no}', missingReferral: 'Not found', authority: 'Authority', receiver: 'Sent to', text: 'Matter', basis: 'Basis', proposed: 'Proposed', approved: 'Approved', sentOn: 'Sent', answeredOn: 'Answered', answer: 'Answer', letter: 'Letter', noLetter: 'Not issued', cancelled: 'Why it was given up',
      acts: { decide: 'Decide', letter: 'Letter', send: 'Sent', answer: 'Answered', cancel: 'Give up' }, outcome: 'Decision', agree: 'Approve', disagree: 'Refuse', opinion: 'Opinion', cancelHint: 'Say why.', sendHint: 'The letter is numbered first', self: 'Waits for another person to approve',
      petition: 'Log a petition', petitionOf: 'Petition {no}', missingPetition: 'Not found', petitioner: 'By', idNumber: 'ID number', phone: 'Phone', channel: 'Came by', kind: 'Kind', wanted: 'What is wanted', receivedOn: 'Received', dueOn: 'Answer by', late: 'late', daysHint: 'To be answered within {days} days', loggedBy: 'Entered',
      reply: 'Answer', repliedOn: 'Answered', repliedBy: 'By', give: 'Answer', close: 'Close', closeHint: 'Say what came of it.', retract: 'Taken back', retractHint: 'Say how it was taken back.', closedOn: 'Closed', result: 'Result', notAnswered: 'Not answered yet', state: 'State',
    },
  },
}
