/** Texts of half-year and annual results, under the key `results`. */
export default {
  'zh-CN': {
    results: {
      tab: '工作报告与成果包',
      hint: '以下数字全部取自本表冻结的数据，与成果汇总表一致；工作报告和附表都由它生成。',
      item: '项目', value: '本版', before: '第 {version} 版', changed: '有变化',
      write: '起草工作报告', open: '打开工作报告', annex: '附表 Excel', csv: '上级字段明细表 CSV',
      make: '生成成果包', made: '成果包已生成', lacking: '还不能生成成果包：{what}',
      packages: '成果包', none: '还没有生成成果包。', version: '版本', number: '工作报告文号', by: '生成人', at: '生成时间', hash: '校验码', size: '大小',
      take: '下载', report: '登记报送', reported: '报送日期', receipt: '回执编号', receiptHint: '上级平台的回执编号，没有可不填', done: '已登记报送', notReported: '未报送',
      files: '包内文件', fields: '上级系统字段', fieldsHint: '字段名由政策参数 enforcement.upstream_fields 决定，本县可按上级下发的模板替换。', upstream: '上级字段', label: '本系统列',
    },
  },
  en: {
    results: {
      tab: 'Work report and package',
      hint: 'All figures come from the rows this return froze; report and annexes are made of them.',
      item: 'Figure', value: 'This version', before: 'Version {version}', changed: 'changed',
      write: 'Draft the work report', open: 'Open the work report', annex: 'Annex (Excel)', csv: 'Patch table, upstream fields (CSV)',
      make: 'Make the package', made: 'Package made', lacking: 'The package cannot be made yet: {what}',
      packages: 'Packages', none: 'No package yet.', version: 'Version', number: 'Report number', by: 'Made by', at: 'Made at', hash: 'Hash', size: 'Size',
      take: 'Download', report: 'Uploaded', reported: 'Uploaded on', receipt: 'Receipt', receiptHint: 'Number of the receipt, if there is one', done: 'Written down', notReported: 'not uploaded',
      files: 'Files', fields: 'Upstream fields', fieldsHint: 'The names are set by the policy value enforcement.upstream_fields; a county can replace them.', upstream: 'Upstream', label: 'Column',
    },
  },
}
