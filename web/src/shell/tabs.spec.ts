import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useTabs } from './tabs'

const patches = (query = '') => ({
  name: 'patches', path: '/patches', fullPath: `/patches${query}`, meta: { title: 'menu.patches', keep: 'PatchLedger' },
})
const patch = (id: number) => ({
  name: 'patch', path: `/patches/${id}`, fullPath: `/patches/${id}`, meta: { title: 'menu.patch', tabPerPath: true },
})

const titles = () => useTabs().tabs.map((tab) => tab.fullPath)

describe('the tab bar', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('remembers the filters a page was left with', () => {
    useTabs().visit(patches())
    useTabs().visit(patches('?stage=received'))
    expect(titles()).toEqual(['/', '/patches?stage=received'])
  })

  it('opens one tab for each patch', () => {
    useTabs().visit(patch(1))
    useTabs().visit(patch(2))
    expect(titles()).toEqual(['/', '/patches/1', '/patches/2'])
  })

  it('goes to the neighbour of a closed tab', () => {
    useTabs().visit(patches())
    useTabs().visit(patch(1))
    expect(useTabs().close('/patches/1')).toBe('/patches')
    expect(useTabs().close('patches')).toBe('/')
  })

  it('never closes the home page', () => {
    useTabs().close('home')
    useTabs().visit(patch(1))
    useTabs().visit(patch(2))
    useTabs().closeOthers('/patches/2')
    expect(titles()).toEqual(['/', '/patches/2'])
  })

  it('keeps pages alive only while their tab is open', () => {
    useTabs().visit(patches())
    expect(useTabs().kept).toContain('PatchLedger')
    useTabs().close('patches')
    expect(useTabs().kept).not.toContain('PatchLedger')
  })
})
