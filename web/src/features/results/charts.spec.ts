import { describe, expect, it } from 'vitest'
import { chartOption } from './charts'

const CHART = {
  name: 'x', title: '整改情况', unit: '亩', stacked: true, categories: ['柳塘镇'],
  series: [{ name: '已整改', values: ['1.50'] }, { name: '未整改', values: ['2.00'] }],
}

describe('the charts of the work report', () => {
  it('stands on top of each other only where the report says so', () => {
    const series = (chart: typeof CHART): { stack?: string; data: number[] }[] => chartOption(chart)['series'] as never
    expect(series(CHART).map((one) => one.stack)).toEqual(['all', 'all'])
    expect(series({ ...CHART, stacked: false }).map((one) => one.stack)).toEqual([undefined, undefined])
    expect(series(CHART)[0]?.data).toEqual([1.5])
  })
})
