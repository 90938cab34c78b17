import type { Right } from '@/api/types'

/** The names of permissions; `layers.*` becomes the names of the whole family. */
export function rightNames(codes: string[], rights: Right[]): string[] {
  return codes.flatMap((code) => {
    const family = code.endsWith('.*') ? code.slice(0, -1) : null
    const found = rights.filter((right) => (family ? right.code.startsWith(family) : right.code === code))
    return found.length ? found.map((right) => right.name) : [code]
  })
}
