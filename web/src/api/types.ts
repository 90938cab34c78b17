/** What the API answers and accepts. Areas are numbers: m² to 0.01, mu to 2 decimals; dates ISO. */
import type { Feature, Geometry, MultiPolygon, Polygon } from 'geojson'

export type Bounds = [west: number, south: number, east: number, north: number]
export type TagType = 'success' | 'danger' | 'warning' | 'info' | 'primary'
export type Outcome = 'legal' | 'illegal' | 'other' | 'split' | 'undetermined'

// --- Session and regions

export interface CodeName {
  code: string
  name: string
}

export interface User {
  id: number
  username: string
  name: string
  office: CodeName | null
  region: (CodeName & { level: RegionLevel }) | null
  roles: CodeName[]
  permissions: string[]
}

export interface Session {
  user: User | null
  csrf_token: string
  county: (CodeName & { bounds: Bounds | null }) | null
  version: string
}

export type RegionLevel = 'province' | 'prefecture' | 'county' | 'township' | 'village' | 'group'

export interface Region {
  code: string
  name: string
  level: RegionLevel
  parent: string | null
  bounds: Bounds | null
  pinyin: string
}

export type RegionFeature = Feature<Polygon | MultiPolygon>

// --- Home and search

export interface HomeTask {
  kind: string
  title: string
  count: number
  to: string
}

export interface HomeFigure {
  key: string
  label: string
  value: number
  unit: string
}

export interface TownshipRow {
  code: string
  name: string
  total: number
  confirmed: number
  illegal_count: number
  illegal_farmland_mu: number
}

export interface OutcomeRow {
  outcome: Outcome
  label: string
  count: number
  farmland_mu: number
}

export interface Home {
  tasks: HomeTask[]
  figures: HomeFigure[]
  by_township: TownshipRow[]
  by_outcome: OutcomeRow[]
  batches: { id: number; title: string; period: string; total: number; confirmed: number }[]
}

export interface SearchHit {
  kind: 'region' | 'patch' | 'feature'
  title: string
  subtitle: string
  to: string | null
  bounds: Bounds | null
}

// --- Jobs and files

export type JobStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

export interface Job {
  id: string
  kind: string
  title: string
  status: JobStatus
  status_label: string
  progress: number
  note: string
  result: Record<string, unknown> | null
  error: string
  created_by: string
  created_at: string
  started_at: string | null
  finished_at: string | null
  seconds_left: number | null
  to: string | null
}

export interface Page<T> {
  rows: T[]
  total: number
}

export interface StoredFile {
  id: number
  name: string
  size: number
  sha256: string
  content_type: string
}

export type FileKind = 'batch' | 'layer' | 'photo' | 'document'

// --- Ledgers

export interface Choice {
  value: string
  label: string
  tag?: TagType | null
}

export type ColumnKind =
  | 'text'
  | 'integer'
  | 'area_mu'
  | 'area_m2'
  | 'date'
  | 'datetime'
  | 'choice'
  | 'percent'
  | 'boolean'

export interface LedgerColumn {
  name: string
  label: string
  unit: string | null
  kind: ColumnKind
  width: number
  sortable: boolean
  sum: boolean
  choices: Choice[] | null
  link: string | null
  fixed: boolean
}

export interface LedgerFilter {
  name: string
  label: string
  kind: 'text' | 'choice' | 'date_range' | 'number_range' | 'region'
  choices: Choice[] | null
}

export interface Ledger {
  name: string
  title: string
  unit_note: string
  columns: LedgerColumn[]
  default_sort: string
  filters: LedgerFilter[]
  may_export: boolean
}

export type LedgerValue = string | number | boolean | null
export type LedgerRow = { id: number | string } & Record<string, LedgerValue>

export interface LedgerRows {
  rows: LedgerRow[]
  total: number
  page: number
  size: number
  sums: Record<string, number>
}

// --- Layers

export type LayerGroup = 'survey' | 'protection' | 'planning' | 'approval' | 'other'
export type VersionStatus = 'importing' | 'checked' | 'published' | 'failed' | 'withdrawn'

export interface LegendEntry {
  code: string
  label: string
  fill: string
  stroke: string
  hatch: boolean
}

/** Counts and areas are the whole county's, and null for a user of a smaller region. */
export interface LayerVersion {
  id: number
  label: string
  status: VersionStatus
  status_label: string
  valid_from: string | null
  valid_to: string | null
  feature_count: number | null
  area_m2: number | null
  bounds: Bounds | null
  published_at: string | null
  source_file: { name: string; sha256: string } | null
  problems: number | null
  crs_label: string
  encoding: string
  notes: string[]
  tiles: string
}

export interface Layer {
  code: string
  name: string
  group: LayerGroup
  group_label: string
  geometry_note: string
  category_label: string
  owner_office: string
  legend: LegendEntry[]
  versions: LayerVersion[]
}

export interface IdentifiedFeature {
  layer_code: string
  layer_name: string
  version_id: number
  version_label: string
  feature_id: number
  title: string
  category: string
  category_label: string
  area_m2: number
  area_mu: number
  attributes: { name: string; label: string; value: string | number | null }[]
  geometry: Geometry
}

export interface LayerProblem {
  row: number
  feature: string
  severity: string
  reason: string
  location: [lon: number, lat: number] | null
}

export interface LayerImportRequest {
  file_id: number
  layer_code: string
  label: string
  valid_from: string
  valid_to: string | null
  encoding: string | null
  category_field: string | null
  source_layer: string | null
}

// --- Enforcement: batches and their import

export interface Batch {
  id: number
  title: string
  period: string
  kind: string
  file: { id: number; name: string; sha256: string }
  crs_label: string
  encoding: string
  total: number
  confirmed: number
  imported_at: string
  imported_by: string
}

export type ImportStatus =
  | 'uploaded'
  | 'checking'
  | 'checked'
  | 'accepting'
  | 'done'
  | 'discarded'
  | 'failed'

/** An import in the list of imports. */
export interface ImportSummary {
  id: number
  title: string
  period: string
  status: ImportStatus
  status_label: string
  file: { id: number; name: string; size: number; sha256: string }
  count: number
  ready: number
  errors: number
  duplicates: number
  warnings: number
  error: string | null
  batch_id: number | null
  created_at: string
  created_by: string
}

export interface ImportTarget {
  name: string
  label: string
  required: boolean
  help: string
}

export type FieldMapping = Record<string, string | null>

export interface BatchImport extends ImportSummary {
  format: string
  layers: { name: string; count: number; geometry_type: string }[]
  layer: string
  encoding: string
  encodings: string[]
  crs_label: string
  crs_note: string
  notes: string[]
  fields: { name: string; type: string }[]
  targets: ImportTarget[]
  mapping: FieldMapping
  mapping_remembered: boolean
  preview: Record<string, string | number | boolean | null>[]
  already_present_file: boolean
  job: Job | null
}

export type Severity = 'error' | 'duplicate' | 'warning'

export interface ImportProblem {
  row: number
  number: string
  field: string
  value: string | number | null
  severity: Severity
  reason: string
  advice: string
  location: [lon: number, lat: number] | null
}

// --- Enforcement: patches

export interface OverlayRow {
  category: string
  label: string
  m2: number
  mu: number
}

export interface OverlayLayer {
  layer_code: string
  layer_name: string
  version_id: number
  version_label: string
  rows: OverlayRow[]
  inside_m2: number
  outside_m2: number
}

export interface ProposalPart {
  source: string
  source_label: string
  number: string
  outcome: Outcome
  label: string
  m2: number
  mu: number
  geometry: Geometry | null
}

export interface Proposal {
  outcome: Outcome
  label: string
  subclass: string | null
  subclass_label: string | null
  reasons: { text: string; clause: string }[]
  flags: { code: string; label: string }[]
  parts: ProposalPart[]
  pack: string
  pack_name: string
  pack_version: string
  pack_warning: string | null
  at: string
}

export interface Judgement {
  outcome: Outcome
  label: string
  overridden: boolean
  reason: string
  by: string
  at: string
}

export interface PatchPhoto {
  id: number
  file_id: number
  name: string
  taken_at: string | null
  lon: number | null
  lat: number | null
  azimuth: number | null
  distance_m: number | null
  flags: string[]
  sha256: string
  thumbnail: string
  url: string
}

export interface PatchStep {
  at: string
  by: string
  step: string
  step_label: string
  from_stage: string | null
  to_stage: string | null
  opinion: string
}

export interface Patch {
  id: number
  number: string
  batch: { id: number; title: string; period: string }
  region: { code: string; name: string; path: string }
  stage: 'received' | 'confirmed'
  stage_label: string
  monitoring_type: { code: string; label: string }
  period_before: string | null
  period_after: string | null
  declared_area_mu: number | null
  area_m2: number
  area_mu: number
  farmland_mu: number
  pbf_mu: number
  attributes: { label: string; value: string | number | null }[]
  geometry: Polygon | MultiPolygon
  bounds: Bounds
  overlay: { engine: string; at: string; layers: OverlayLayer[]; total_m2: number } | null
  proposal: Proposal | null
  judgement: Judgement | null
  photos: PatchPhoto[]
  history: PatchStep[]
  may: { judge: boolean; reopen: boolean; evidence: boolean; export: boolean }
  previous_id: number | null
  next_id: number | null
  outcomes: { value: Outcome; label: string }[]
}
