/** A chart of a dashboard as ECharts wants it; colours are those of conclusions elsewhere. */
import type { EChartsCoreOption } from 'echarts/core'
import type { DashboardChart, Outcome } from '@/api/types'
import { OUTCOME_COLOURS } from '@/features/map/colours'
import { figureText } from './numbers'

const FONT = "'Noto Sans SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
const INK = '#3c4943'
const TAGS: Record<string, string> = {
  success: OUTCOME_COLOURS.legal,
  danger: OUTCOME_COLOURS.illegal,
  primary: OUTCOME_COLOURS.other,
  warning: OUTCOME_COLOURS.split,
  info: OUTCOME_COLOURS.undetermined,
}
const PLAIN = ['#2b77b8', '#23794d', '#b8640a', '#7a5aa6', '#6b7280', '#0e8a92', '#a8456b', '#8a7a1c']

function colourOf(key: string, tag: string | null, colour: string, index: number): string {
  return colour || OUTCOME_COLOURS[key as Outcome] || TAGS[tag ?? ''] || PLAIN[index % PLAIN.length] || INK
}

type Slice = { name: string; value: number; category: number; series: number; itemStyle: { color: string } }

/** The slices of a pie: of the series when there is one category only, else of the categories. */
function slices(chart: DashboardChart): Slice[] {
  if (chart.series.length > 1 || (chart.categories.length === 1 && !chart.categories[0])) {
    return chart.series.map((s, n) => ({
      name: s.label || chart.categories[0] || '', value: s.values[0] ?? 0, category: 0, series: n,
      itemStyle: { color: colourOf(s.key, s.tag, s.colour, n) },
    }))
  }
  const choice = (n: number) => Object.values(chart.narrow[n] ?? {})[0] ?? ''
  return chart.categories.map((name, n) => ({
    name, value: chart.series[0]?.values[n] ?? 0, category: n, series: 0,
    itemStyle: { color: colourOf(choice(n), null, '', n) },
  }))
}

const base = (large: boolean) => ({
  textStyle: { fontFamily: FONT, fontSize: large ? 15 : 12 },
  animationDuration: 300,
})

export function pieOption(chart: DashboardChart, large = false): EChartsCoreOption {
  const data = slices(chart)
  const whole = data.reduce((sum, slice) => sum + slice.value, 0)
  const values = new Map(data.map((slice) => [slice.name, slice.value]))
  const text = (name: string) => figureText(chart.kind, values.get(name) ?? 0)
  return {
    ...base(large),
    tooltip: {
      formatter: (item: { name: string; percent: number }) =>
        `${item.name}：${text(item.name)} ${chart.unit}（${item.percent}%）`,
    },
    legend: {
      type: 'scroll', orient: 'vertical', right: 6, top: 'middle', itemWidth: 12, itemHeight: 12, itemGap: 9,
      textStyle: { color: INK, fontSize: large ? 15 : 12 },
      formatter: (name: string) =>
        `${name}  ${text(name)}${whole ? `（${(((values.get(name) ?? 0) / whole) * 100).toFixed(1)}%）` : ''}`,
    },
    series: [
      {
        type: 'pie', radius: ['42%', '72%'], center: ['29%', '50%'], label: { show: false },
        itemStyle: { borderColor: '#fff', borderWidth: 2 }, data,
      },
    ],
  }
}

export function axisOption(chart: DashboardChart, large = false): EChartsCoreOption {
  const line = chart.shape === 'line'
  const many = chart.series.length > 1
  const crowded = chart.categories.length > 13
  return {
    ...base(large),
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: line ? 'line' : 'shadow' },
      valueFormatter: (value: number) => `${figureText(chart.kind, value)} ${chart.unit}`,
    },
    legend: many
      ? { type: 'scroll', top: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: INK, fontSize: large ? 15 : 12 } }
      : undefined,
    grid: { left: 8, right: 18, top: many ? 54 : 34, bottom: 2, containLabel: true },
    xAxis: {
      type: 'category', data: chart.categories, axisTick: { show: false },
      axisLabel: { color: INK, hideOverlap: true, interval: crowded ? 'auto' : 0, rotate: chart.categories.length > 7 && !crowded ? 30 : 0, fontSize: large ? 14 : 12 },
    },
    yAxis: {
      type: 'value', name: chart.unit, minInterval: chart.kind === 'integer' ? 1 : undefined,
      nameTextStyle: { color: INK, align: 'left' },
      axisLabel: { color: INK, formatter: chart.kind === 'percent' ? (value: number) => figureText('percent', value) : undefined },
    },
    series: chart.series.map((s, n) => ({
      type: line ? 'line' : 'bar', name: s.label || chart.title, data: s.values, barMaxWidth: 34,
      stack: chart.shape === 'stack' ? 'all' : undefined, symbolSize: 7,
      color: colourOf(s.key || chart.query['conclusion'] || '', s.tag, s.colour, n),
      label: { show: !many && chart.categories.length <= 8, position: 'top', color: INK, formatter: (item: { value: number }) => figureText(chart.kind, item.value) },
      markLine: chart.mark === null || n > 0 ? undefined : markLine(chart.kind, chart.mark),
    })),
  }
}

/** What the values are held against, e.g. the share from which officials answer. */
const markLine = (kind: DashboardChart['kind'], at: number) => ({
  silent: true, symbol: 'none', data: [{ yAxis: at }],
  lineStyle: { color: INK, type: 'dashed' }, label: { position: 'insideEndTop', color: INK, formatter: figureText(kind, at) },
})

export const optionOf = (chart: DashboardChart, large = false): EChartsCoreOption =>
  chart.shape === 'pie' ? pieOption(chart, large) : axisOption(chart, large)

/** Category and series behind what was clicked. */
export function pickedOf(chart: DashboardChart, index: number, series: number): { category: number; series: number } {
  if (chart.shape !== 'pie') return { category: index, series }
  const slice = slices(chart)[index]
  return { category: slice?.category ?? index, series: slice?.series ?? 0 }
}
