import type { EChartsCoreOption } from 'echarts/core'
import type { OutcomeRow, TownshipRow } from '@/api/types'
import { area, count } from '@/components/format'
import { OUTCOME_COLOURS } from '@/features/map/colours'

const FONT = "'Noto Sans SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
const INK = '#4a5850'

/** Patches by conclusion, as a ring; the legend carries the numbers. */
export function outcomeRing(rows: OutcomeRow[], countLabel: (n: string) => string): EChartsCoreOption {
  const byLabel = new Map(rows.map((row) => [row.label, row]))
  return {
    textStyle: { fontFamily: FONT },
    tooltip: {
      formatter: (item: { name: string; percent: number }) => {
        const row = byLabel.get(item.name)
        return `${item.name}:${countLabel(count(row?.count))}(${item.percent}%)`
      },
    },
    legend: {
      orient: 'vertical',
      right: 8,
      top: 'middle',
      itemWidth: 12,
      itemHeight: 12,
      itemGap: 14,
      textStyle: { color: INK, fontSize: 13 },
      formatter: (name: string) => `${name}  ${countLabel(count(byLabel.get(name)?.count))}`,
    },
    series: [
      {
        type: 'pie',
        radius: ['48%', '74%'],
        center: ['32%', '50%'],
        itemStyle: { borderColor: '#fff', borderWidth: 2 },
        label: { show: false },
        data: rows.map((row) => ({
          name: row.label,
          value: row.count,
          itemStyle: { color: OUTCOME_COLOURS[row.outcome] },
        })),
      },
    ],
  }
}

export interface TownshipWords {
  confirmed: string
  pending: string
  illegalMu: string
  patches: string
}

/** Patches by township, confirmed and not, with the illegal farmland on a second axis. */
export function townshipBars(rows: TownshipRow[], words: TownshipWords): EChartsCoreOption {
  const bar = { type: 'bar', stack: 'patches', barMaxWidth: 26 }
  return {
    textStyle: { fontFamily: FONT },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: { top: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: INK } },
    grid: { left: 8, right: 8, top: 58, bottom: 0, containLabel: true },
    xAxis: {
      type: 'category',
      data: rows.map((row) => row.name),
      axisTick: { show: false },
      axisLabel: { color: INK, interval: 0, rotate: rows.length > 8 ? 35 : 0 },
    },
    yAxis: [
      { type: 'value', name: words.patches, minInterval: 1, nameTextStyle: { color: INK, align: 'left' } },
      {
        type: 'value',
        name: words.illegalMu,
        splitLine: { show: false },
        nameTextStyle: { color: INK, align: 'right' },
      },
    ],
    series: [
      { ...bar, name: words.confirmed, color: OUTCOME_COLOURS.legal, data: rows.map((row) => row.confirmed) },
      {
        ...bar,
        name: words.pending,
        color: '#cfd8d2',
        data: rows.map((row) => row.total - row.confirmed),
      },
      {
        type: 'line',
        name: words.illegalMu,
        yAxisIndex: 1,
        color: OUTCOME_COLOURS.illegal,
        symbolSize: 7,
        tooltip: { valueFormatter: (value: number) => area(value) },
        data: rows.map((row) => row.illegal_farmland_mu),
      },
    ],
  }
}
