import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { RouteLocationNormalizedLoaded } from 'vue-router'

export interface Tab {
  /** One tab per route, or per path where the route asks for it. */
  key: string
  /** Where the tab was last, with its query, so that coming back finds the same filters. */
  fullPath: string
  /** A key of the locale files. */
  title: string
  /** What tells tabs of the same kind apart, e.g. the number of a patch. */
  detail: string
  keep: string | null
}

const HOME: Tab = { key: 'home', fullPath: '/', title: 'menu.home', detail: '', keep: 'HomePage' }

type Place = Pick<RouteLocationNormalizedLoaded, 'name' | 'path' | 'fullPath' | 'meta'>

export const tabKey = (route: Place): string =>
  route.meta.tabPerPath ? route.path : String(route.name)

/** The open pages. The home page is always there and cannot be closed. */
export const useTabs = defineStore('tabs', () => {
  const tabs = ref<Tab[]>([{ ...HOME }])
  const kept = computed(() => tabs.value.flatMap((tab) => (tab.keep ? [tab.keep] : [])))

  function visit(route: Place): void {
    if (!route.meta.title) return
    const key = tabKey(route)
    const open = tabs.value.find((tab) => tab.key === key)
    if (open) {
      open.fullPath = route.fullPath
      return
    }
    const { title, keep = null } = route.meta
    tabs.value.push({ key, fullPath: route.fullPath, title, detail: '', keep })
  }

  /** Close a tab; answers where to go if it was the current one. */
  function close(key: string): string {
    const index = tabs.value.findIndex((tab) => tab.key === key)
    if (index > 0) tabs.value.splice(index, 1)
    return (tabs.value[index] ?? tabs.value[index - 1] ?? HOME).fullPath
  }

  function closeOthers(key: string): void {
    tabs.value = tabs.value.filter((tab) => tab.key === HOME.key || tab.key === key)
  }

  function closeAll(): void {
    tabs.value = [{ ...HOME }]
  }

  /** Pages of one kind say what they show, e.g. the number of a patch. */
  function describe(key: string, detail: string): void {
    const tab = tabs.value.find((candidate) => candidate.key === key)
    if (tab) tab.detail = detail
  }

  return { tabs, kept, visit, close, closeOthers, closeAll, describe }
})
