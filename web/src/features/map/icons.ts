/** Signs of the map's tools: one path each, in a 24 by 24 box, drawn as a stroke. */
export const TOOL_ICONS = {
  zoomIn: 'M12 5v14M5 12h14',
  zoomOut: 'M5 12h14',
  full: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  length: 'M3 16 16 3l5 5L8 21zM7 12l2 2M10 9l3 3M13 6l2 2',
  area: 'M5 19 4 8l9-4 7 6-3 9zM5 19h12',
  draw: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
  swipe: 'M12 3v18M8 8l-4 4 4 4M16 8l4 4-4 4',
  goTo: 'M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  print: 'M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z',
  clear: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
} as const

export type ToolIcon = keyof typeof TOOL_ICONS
