import type { Office } from '@/api/types'

export interface OfficeNode {
  id: number
  label: string
  disabled: boolean
  office: Office
  children: OfficeNode[]
}

/** The flat list as a tree; an office whose parent is not in the list is a root. */
export function officeTree(offices: Office[], without?: number): OfficeNode[] {
  const nodes = new Map(
    offices
      .filter((office) => office.id !== without)
      .map((office): [number, OfficeNode] => [
        office.id,
        { id: office.id, label: office.name, disabled: !office.is_active, office, children: [] },
      ]),
  )
  const roots: OfficeNode[] = []
  for (const node of nodes.values()) {
    const parent = node.office.parent_id
    if (parent !== null && parent === without) continue
    const above = parent === null ? undefined : nodes.get(parent)
    if (above) above.children.push(node)
    else roots.push(node)
  }
  return roots
}
