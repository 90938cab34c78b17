import type { Region } from '@/api/types'

export interface RegionNode {
  code: string
  label: string
  region: Region
  children: RegionNode[]
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
  return roots
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
