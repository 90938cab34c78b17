/** How the accountability ratio is written and drawn. */
import type { EChartsCoreOption } from 'echarts/core'
import type { RatioForecast } from '@/api/types'

/** A fraction sent as text, in percent with two places, cut off: 0.14996 must not read as 15.00 %. */
export function percent(ratio: string | null | undefined, nothing: string): string {
  if (ratio === null || ratio === undefined) return nothing
  const [whole = '0', rest = ''] = ratio.split('.')
  const digits = `${whole}${rest.padEnd(4, '0').slice(0, 4)}`.replace(/^0+(?=\d{3})/, '')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}%`
}

/** The ratio at each month's end with the limit, in percent. */
export function monthsOption(forecast: RatioForecast, share: number, line: string, limit: string): EChartsCoreOption {
  const months = forecast.months.map((one) => one.month.slice(5))
  return {
    grid: { left: 48, right: 20, top: 34, bottom: 28 },
    legend: { top: 0, left: 0, itemWidth: 16 },
    tooltip: { trigger: 'axis' },
    xAxis: { type: 'category', data: months.map((month) => `${Number(month)}月`) },
    yAxis: { type: 'value', axisLabel: { formatter: '{value}%' } },
    series: [
      {
        name: line, type: 'line', symbolSize: 7, itemStyle: { color: '#b3392c' },
        data: forecast.months.map((one) => (one.ratio === null ? null : Math.floor(Number(one.ratio) * 10_000) / 100)),
      },
      {
        name: limit, type: 'line', symbol: 'none', lineStyle: { type: 'dashed', color: '#6b7280' }, itemStyle: { color: '#6b7280' },
        data: months.map(() => share),
      },
    ],
  }
}
