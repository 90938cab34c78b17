/** The colour of a notice's phase and of an objection's state. */
type Tag = 'info' | 'warning' | 'primary' | 'success' | 'danger'

const PHASES: Record<string, Tag> = { draft: 'info', coming: 'warning', running: 'primary', over: 'success', withdrawn: 'danger' }
const STATES: Record<string, Tag> = { open: 'danger', upheld: 'warning', rejected: 'success', retracted: 'info' }
const STAGES: Record<string, Tag> = { waiting: 'info', running: 'primary', objected: 'danger', reopened: 'warning', passed: 'success', judged: 'success' }

export const phaseTag = (phase: string): Tag => PHASES[phase] ?? 'info'
export const objectionTag = (state: string): Tag => STATES[state] ?? 'info'
export const stageTag = (stage: string): Tag => STAGES[stage] ?? 'info'
