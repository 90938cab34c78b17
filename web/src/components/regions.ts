import type { Region } from '@/api/types'

export interface RegionNode {
  code: string
  label: string
  region: Region
  children: RegionNode[]
  /** Stands for children not fetched yet. */
  waiting?: boolean
}

/** Digits of the codes from the group up to the province (统计用区划代码). */
const LENGTHS = [14, 12, 9, 6, 4, 2]

/** Codes above a code, nearest first; known without asking, since a code starts with that of its parent. */
export function codesAbove(code: string): string[] {
  return LENGTHS.filter((length) => length < code.length).map((length) => code.slice(0, length))
}

/** The flat list as a tree; a region whose parent is outside the user's scope is a root. */
export function buildTree(regions: Region[]): RegionNode[] {
  const nodes = new Map(
    regions.map((region): [string, RegionNode] => [
      region.code,
      { code: region.code, label: region.name, region, children: [] },
    ]),
  )
  const roots: RegionNode[] = []
  for (const node of nodes.values()) {
    const parent = node.region.parent ? nodes.get(node.region.parent) : undefined
    if (parent) parent.children.push(node)
    else roots.push(node)
  }
  for (const node of nodes.values()) {
    if (node.region.below > node.children.length)
      node.children.push({ code: `${node.code}…`, label: '…', region: node.region, children: [], waiting: true })
  }
  return roots
}

/** Whether nothing is left to fetch: then searching needs no server. */
export function isWhole(regions: Region[]): boolean {
  const known = new Map<string, number>()
  for (const region of regions) if (region.parent) known.set(region.parent, (known.get(region.parent) ?? 0) + 1)
  return regions.every((region) => region.below <= (known.get(region.code) ?? 0))
}

/** The nodes one sees, top to bottom, with the given ones open. */
export function visibleNodes(nodes: RegionNode[], open: ReadonlySet<string>): RegionNode[] {
  return nodes.flatMap((node) => [node, ...(open.has(node.code) ? visibleNodes(node.children, open) : [])])
}

/** By part of the name, by the beginning of the code, or by pinyin, in full or by initials. */
export function matchesRegion(text: string, region: Pick<Region, 'code' | 'name' | 'pinyin'>): boolean {
  const wanted = text.trim().toLowerCase()
  return (
    !wanted ||
    region.name.includes(wanted) ||
    region.code.startsWith(wanted) ||
    region.pinyin.includes(wanted)
  )
}
