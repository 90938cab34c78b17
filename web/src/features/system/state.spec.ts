import { expect, it } from 'vitest'
import { secondsBetween, verdict } from './state'
import type { Finding } from './state'

const finding = (level: Finding['level']): Finding => ({ code: level, label: level, level, detail: '' })

it('lets the worst finding decide the headline', () => {
  expect(verdict([finding('ok'), finding('warning'), finding('warning')])).toEqual({ level: 'warning', n: 2 })
  expect(verdict([finding('warning'), finding('error')])).toEqual({ level: 'error', n: 1 })
  expect(verdict([finding('ok')])).toEqual({ level: 'ok', n: 0 })
})

it('counts the seconds between two moments, never below zero', () => {
  expect(secondsBetween('2026-03-31T02:30:00Z', '2026-03-31T02:31:05Z')).toBe(65)
  expect(secondsBetween('2026-03-31T02:30:00Z', '2026-03-31T02:29:00Z')).toBe(0)
})
