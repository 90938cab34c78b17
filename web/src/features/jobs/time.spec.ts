import { expect, it } from 'vitest'
import { t } from '@/locales'
import { lastedWords, waitWords } from './time'

it('says how long a job will still take', () => {
  expect(t(...waitWords(0.2))).toBe('约 1 秒')
  expect(t(...waitWords(95))).toBe('约 2 分钟')
  expect(t(...waitWords(5400))).toBe('约 1 小时 30 分')
})

it('says how long a job took', () => {
  expect(t(...lastedWords('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.3Z'))).toBe('不到 1 秒')
  expect(t(...lastedWords('2026-01-01T00:00:00Z', '2026-01-01T00:03:09Z'))).toBe('3 分 9 秒')
})
