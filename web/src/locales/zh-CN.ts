export default {
  app: { name: '量田' },
  menu: {
    login: '登录', home: '首页', map: '一张图', patches: '图斑台账', patch: '图斑详情',
    imports: '图斑批次', importNew: '导入批次', import: '批次导入', layers: '参考图层', jobs: '后台任务',
  },
}
