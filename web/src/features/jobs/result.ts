/** A job's result as lines of text. Handlers write their results with Chinese keys or known ones. */
const LABELS: Record<string, string> = {
  count: '数量',
  features: '要素数',
  ready: '可以入库',
  errors: '错误',
  duplicates: '重复',
  warnings: '提醒',
  problems: '问题',
  patches: '图斑数',
  created: '新增',
  batch: '批次编号',
  measured: '完成套合',
  published: '已发布',
  skipped: '跳过',
  area_m2: '面积（平方米）',
  rows: '行数',
  tiles: '瓦片数',
  seals: '封存数',
  entries: '记录条数',
  seconds: '用时（秒）',
}

export function resultLines(result: Record<string, unknown>): string[] {
  return Object.entries(result)
    .filter(([name]) => name !== 'download')
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(([key, value]) => `${LABELS[key] ?? key}：${String(value)}`)
}
