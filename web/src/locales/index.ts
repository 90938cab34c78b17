import { createI18n } from 'vue-i18n'
import en from './en'
import zhCN from './zh-CN'

export type LocaleName = 'zh-CN' | 'en'
type FeatureTexts = Record<LocaleName, Record<string, unknown>>
const REMEMBERED = 'liangtian.locale'

function rememberedLocale(): LocaleName {
  return localStorage.getItem(REMEMBERED) === 'en' ? 'en' : 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: rememberedLocale(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN, en },
})

// A feature may keep its own texts beside its code.
const own = import.meta.glob<FeatureTexts>('../features/*/locale*.ts', { eager: true, import: 'default' })
for (const texts of Object.values(own)) {
  i18n.global.mergeLocaleMessage('zh-CN', texts['zh-CN'])
  i18n.global.mergeLocaleMessage('en', texts.en)
}

/** Translate outside a component. */
export const t = (key: string, named: Record<string, unknown> = {}): string =>
  i18n.global.t(key, named)

export function switchLocale(name: LocaleName): void {
  i18n.global.locale.value = name
  localStorage.setItem(REMEMBERED, name)
  document.documentElement.lang = name
}
