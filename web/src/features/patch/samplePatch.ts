/** An invented patch for tests. */
import type { Outcome, Patch } from '@/api/types'

const LABELS: Record<Outcome, string> = {
  legal: '合法',
  illegal: '违法',
  other: '其他用地',
  split: '部分合法(需分割)',
  undetermined: '存疑',
}

interface Wanted {
  proposed?: Outcome
  judged?: Outcome
  may?: Partial<Patch['may']>
}

export function samplePatch({ proposed = 'illegal', judged, may }: Wanted = {}): Patch {
  return {
    id: 1,
    number: '990001202601001',
    batch: { id: 1, title: '2026年1月土地卫片图斑', period: '2026-01' },
    region: { code: '990001101', name: '柳塘镇', path: '青禾县 / 柳塘镇' },
    stage: judged ? 'confirmed' : 'received',
    stage_label: judged ? '已判定' : '待判定',
    monitoring_type: { code: '11', label: '新增建设用地' },
    period_before: '2025-10-01',
    period_after: '2026-01-05',
    declared_area_mu: 1.5,
    area_m2: 1000,
    area_mu: 1.5,
    farmland_mu: 0.9,
    pbf_mu: 0,
    attributes: [],
    geometry: { type: 'MultiPolygon', coordinates: [] },
    bounds: [112, 30, 112.001, 30.001],
    overlay: null,
    earlier: [],
    proposal: {
      outcome: proposed,
      label: LABELS[proposed],
      subclass: null,
      subclass_label: null,
      reasons: [],
      flags: [],
      parts: [],
      pack: 'sample',
      pack_name: '示例方案',
      pack_version: '00000000',
      pack_warning: null,
      at: '2026-02-01T00:00:00+00:00',
    },
    judgement: judged
      ? {
          outcome: judged,
          label: LABELS[judged],
          overridden: judged !== proposed,
          reason: '批文见附件',
          by: '张示例',
          at: '2026-02-02T00:00:00+00:00',
        }
      : null,
    photos: [],
    history: [],
    may: { judge: true, reopen: false, evidence: false, export: false, ...may },
    flow: 'enforcement.patch',
    steps: [],
    task: null,
    consultations: [],
    previous_id: null,
    next_id: null,
    outcomes: (Object.keys(LABELS) as Outcome[]).map((value) => ({ value, label: LABELS[value] })),
  }
}
