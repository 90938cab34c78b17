/** What lies on the map of tasks: outlines with their numbers, the ring around one, the device. */
import Feature from 'ol/Feature'
import type OlMap from 'ol/Map'
import { Point } from 'ol/geom'
import type { Polygon } from 'ol/geom'
import { watch } from 'vue'
import type { Ref } from 'vue'
import { DEPTH, drawingLayer, toFeature } from '@/features/map/mapLayers'
import { accuracyStyle, hereStyle, ringStyle, taskStyle } from './fieldStyles'
import type { Here } from './useHere'
import type { Placed } from './useTasks'

const FINGER = 18 // pixels around a touch in which a task is meant

export function useFieldLayers(
  placed: Ref<Placed[]>, current: Ref<Placed | null>, here: Ref<Here | null>, accuracyOf: () => Polygon | null,
) {
  const tasks = drawingLayer(taskStyle, DEPTH.drawing + 1)
  const ring = drawingLayer(ringStyle, DEPTH.drawing)
  const accuracy = drawingLayer(accuracyStyle, DEPTH.measure)
  const device = drawingLayer(hereStyle, DEPTH.measure + 1)

  watch([placed, current], () => {
    tasks.getSource()?.clear()
    for (const { task, rank } of placed.value) {
      const feature = toFeature(task.geometry)
      feature?.setProperties({ task: task.id, due: task.due, rank, chosen: task.id === current.value?.task.id })
      if (feature) tasks.getSource()?.addFeature(feature)
    }
  })
  watch(() => current.value?.task.id, () => {
    ring.getSource()?.clear()
    const around = toFeature(current.value?.task.ring ?? null)
    if (around) ring.getSource()?.addFeature(around)
  })
  watch(here, (now) => {
    accuracy.getSource()?.clear()
    device.getSource()?.clear()
    const circle = accuracyOf()
    if (!now) return
    if (circle) accuracy.getSource()?.addFeature(new Feature(circle))
    device.getSource()?.addFeature(new Feature({ geometry: new Point(now.place), heading: now.heading }))
  })

  function attach(map: OlMap, touched: (id: number) => void): void {
    for (const layer of [ring, tasks, accuracy, device]) map.addLayer(layer)
    map.on('singleclick', (event) => {
      const hit = map.getFeaturesAtPixel(event.pixel, { layerFilter: (layer) => layer === tasks, hitTolerance: FINGER })[0]
      if (hit) touched(Number(hit.get('task')))
    })
  }

  return { attach }
}
