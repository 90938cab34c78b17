import { describe, expect, it } from 'vitest'
import type { Layer, LayerVersion, VersionStatus } from '@/api/types'
import { applyState, choicesOf, moved, ordered } from './useMapLayers'

function version(id: number, validFrom: string, status: VersionStatus = 'published'): LayerVersion {
  return {
    id,
    label: `${validFrom} 版`,
    status,
    status_label: '',
    crs_label: '',
    encoding: '',
    notes: [],
    valid_from: validFrom,
    valid_to: null,
    feature_count: 1,
    area_m2: 1,
    bounds: null,
    published_at: null,
    source_file: null,
    problems: 0,
    classes: [],
    in_force_to: null,
    flattened: null,
    job: null,
    tiles: `/api/layers/versions/${id}/tiles/{z}/{x}/{y}.mvt`,
  }
}

function layer(code: string, group: Layer['group'], versions: LayerVersion[]): Layer {
  return {
    code,
    name: code,
    group,
    group_label: group,
    geometry_note: '',
    category_label: '',
    owner_office: '',
    legend: [],
    legend_name: '',
    exclusive: false,
    owner_code: null,
    owner_name: null,
    may_publish: true,
    versions,
  }
}

describe('the layers of the map', () => {
  it('offer published versions only, the newest first and chosen', () => {
    const [choice] = choicesOf([
      layer('dltb', 'survey', [
        version(1, '2023-12-31'),
        version(2, '2025-12-31', 'checked'),
        version(3, '2024-12-31'),
      ]),
    ])
    expect(choice?.versions.map((v) => v.id)).toEqual([3, 1])
    expect(choice?.versionId).toBe(3)
  })

  it('leave out a layer of which nothing is published', () => {
    expect(choicesOf([layer('dltb', 'survey', [version(1, '2024-12-31', 'withdrawn')])])).toEqual([])
  })

  it('start with survey, protection and approvals on, plans off', () => {
    const choices = choicesOf([
      layer('dltb', 'survey', [version(1, '2024-12-31')]),
      layer('ghyt', 'planning', [version(2, '2024-12-31')]),
    ])
    expect(choices.map((choice) => [choice.layer.code, choice.on])).toEqual([
      ['ghyt', false],
      ['dltb', true],
    ])
  })

  it('follow the address: its versions on, all others off', () => {
    const choices = choicesOf([
      layer('dltb', 'survey', [version(1, '2023-12-31'), version(3, '2024-12-31')]),
      layer('pbf', 'protection', [version(4, '2024-12-31')]),
    ])
    applyState(choices, { versions: [1, 99], patches: true })
    expect(choices.map((choice) => [choice.on, choice.versionId])).toEqual([
      [false, 4],
      [true, 1],
    ])
  })

  it('lie in the order they are dragged to', () => {
    const choices = choicesOf([
      layer('a', 'survey', [version(1, '2024-12-31')]),
      layer('b', 'protection', [version(2, '2024-12-31')]),
      layer('c', 'approval', [version(3, '2024-12-31')]),
    ])
    const codes = (list: typeof choices) => list.map((choice) => choice.layer.code).join('')
    expect(codes(choices)).toBe('cba')
    expect(codes(moved(choices, 'a', 'c'))).toBe('acb')
    expect(codes(moved(choices, 'c', null))).toBe('bac')
    expect(codes(moved(choices, 'c', 'unknown'))).toBe('cba')
    expect(codes(ordered(choices, ['a']))).toBe('acb')
  })
})
