/// <reference types="vite/client" />
import 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown in the tab bar and the window's title; a key of the locale files. */
    title?: string
    /** Name of the component to keep alive when its tab is left. */
    keep?: string
    /** The user needs one of these. */
    permissions?: string[]
    /** Reachable without signing in. */
    open?: boolean
    /** One tab per address instead of one per route. */
    tabPerPath?: boolean
  }
}
