/** What a chart of the work report looks like on the screen. */
import type { EChartsCoreOption } from 'echarts/core'
import type { ResultChart } from '@/api/types'

const COLOURS = ['#2f5597', '#c55a11', '#7f7f7f', '#548235']

/** Bars beside or on top of each other, as in the Word report. */
export function chartOption(chart: ResultChart): EChartsCoreOption {
  return {
    color: COLOURS,
    tooltip: { trigger: 'axis' },
    legend: { bottom: 0 },
    grid: { left: 56, right: 16, top: 32, bottom: 56 },
    xAxis: { type: 'category', data: chart.categories },
    yAxis: { type: 'value', name: chart.unit },
    series: chart.series.map((one) => ({
      name: one.name, type: 'bar', barMaxWidth: 40, data: one.values.map(Number), ...(chart.stacked ? { stack: 'all' } : {}),
    })),
  }
}
