import type { Component } from 'vue'

/** One line of the side menu. */
export interface MenuEntry {
  /** Key of the group it stands in; `top` for a line of its own. */
  group: MenuGroup
  /** Place within the group, ascending. */
  order: number
  /** Key of the locale files. */
  title: string
  to: string
  icon: Component
  /** The user needs one of these; none means everybody. */
  needs?: string[]
}

/** The groups in the order they are shown; the key is also that of the title, `menu.<group>`. */
export const GROUPS = ['top', 'enforcement', 'holdings', 'fees', 'water', 'work', 'data', 'admin'] as const
export type MenuGroup = (typeof GROUPS)[number]

/** Each feature declares its lines in `features/<name>/menu.ts`. */
const declared = import.meta.glob<MenuEntry[]>('../features/*/menu.ts', { eager: true, import: 'default' })

export const entries: MenuEntry[] = Object.values(declared)
  .flat()
  .sort((a, b) => a.order - b.order)

/** The line a page belongs to: `/patches/12` to `/patches`, `/books/journal` to its own; '' when there is none. */
export function entryOf(path: string): string {
  const above = entries.map((entry) => entry.to).filter((to) => path === to || path.startsWith(`${to}/`))
  return above.reduce((longest, to) => (to.length > longest.length ? to : longest), '')
}
