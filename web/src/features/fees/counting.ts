/** Money on the counter: exact in fen, so that no sum is off by a cent of floating point. */
import type { BillDue } from '@/api/types'

/** Yuan as typed (`5000`, `5000.5`, `5,000.50`) in fen; null for what is no amount. */
export function fenOf(text: string): number | null {
  const plain = text.replaceAll(',', '').trim()
  if (!/^\d{1,12}(\.\d{1,2})?$/.test(plain)) return null
  const [whole = '0', rest = ''] = plain.split('.')
  return Number(whole) * 100 + Number(rest.padEnd(2, '0'))
}

/** Fen as yuan with two decimals, as the server writes them. */
export function yuanOf(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const all = String(Math.abs(fen)).padStart(3, '0')
  return `${sign}${all.slice(0, -2)}.${all.slice(-2)}`
}

/** What an amount would pay, oldest bill first, as the server will do it; and what is left over. */
export function spread(amount: number, due: Pick<BillDue, 'id' | 'left'>[]): { parts: Map<number, number>; over: number } {
  const parts = new Map<number, number>()
  let rest = amount
  for (const bill of due) {
    const part = Math.min(rest, fenOf(bill.left) ?? 0)
    if (part > 0) parts.set(bill.id, part)
    rest -= part
  }
  return { parts, over: rest }
}

/** A mark of one's own for a form, so that sending it twice is one payment. */
export const newToken = (): string => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`
