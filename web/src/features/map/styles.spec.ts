import Feature from 'ol/Feature'
import { Style } from 'ol/style'
import type { StyleFunction } from 'ol/style/Style'
import { describe, expect, it } from 'vitest'
import type { LegendEntry } from '@/api/types'
import { OUTCOME_COLOURS, outcomeColour, withAlpha } from './colours'
import { layerStyle, patchStyle } from './styles'

const NEAR = 1
const FAR = 100

function styleOf(style: StyleFunction, properties: Record<string, string>, resolution: number): Style {
  const found = style(new Feature(properties), resolution)
  if (!(found instanceof Style)) throw new Error('one style was expected')
  return found
}

describe('colours', () => {
  it('become transparent', () => {
    expect(withAlpha('#cf3f3f', 0.5)).toBe('rgba(207, 63, 63, 0.5)')
    expect(withAlpha('#fff', 0.2)).toBe('rgba(255, 255, 255, 0.2)')
    expect(withAlpha('#d1343833', 0.5)).toBe('rgba(209, 52, 56, 0.5)')
    expect(withAlpha('rgb(1, 2, 3)', 0.2)).toBe('rgb(1, 2, 3)')
  })

  it('of an outcome nobody knows are those of the undetermined', () => {
    expect(outcomeColour('nonsense')).toBe(OUTCOME_COLOURS.undetermined)
  })
})

describe('patches on the map', () => {
  it('have the colour of their outcome', () => {
    const style = styleOf(patchStyle, { outcome: 'illegal', stage: 'confirmed' }, NEAR)
    expect(style.getStroke()?.getColor()).toBe(OUTCOME_COLOURS.illegal)
  })

  it('are dashed until a person has confirmed them', () => {
    const [received, confirmed] = ['received', 'confirmed'].map((stage) =>
      styleOf(patchStyle, { outcome: 'legal', stage }, NEAR).getStroke()?.getLineDash(),
    )
    expect(received).toHaveLength(2)
    expect(confirmed ?? null).toBeNull()
  })

  it('are dots from afar', () => {
    const properties = { outcome: 'legal', stage: 'received' }
    expect(styleOf(patchStyle, properties, FAR).getImage()).not.toBeNull()
    expect(styleOf(patchStyle, properties, NEAR).getImage()).toBeNull()
  })
})

describe('a reference layer on the map', () => {
  const legend: LegendEntry[] = [
    { code: '01', label: '耕地', fill: '#f8e08e', stroke: '#8a8a7a', hatch: false },
    { code: 'ERL', label: '生态保护红线', fill: '#c62828', stroke: '#b71c1c', hatch: true },
  ]

  it('is coloured by the nearest class of its legend', () => {
    const style = styleOf(layerStyle(legend), { category: '0103' }, NEAR)
    expect(style.getFill()?.getColor()).toBe('#f8e08e')
  })

  it('loses its thin outlines from afar, but a red line keeps its own', () => {
    const style = layerStyle(legend)
    expect(styleOf(style, { category: '0103' }, FAR).getStroke()).toBeNull()
    expect(styleOf(style, { category: 'ERL' }, FAR).getStroke()).not.toBeNull()
  })

  it('shows a class outside its legend in grey instead of hiding it', () => {
    expect(styleOf(layerStyle(legend), { category: '99' }, NEAR).getFill()?.getColor()).toContain('rgba')
  })
})
