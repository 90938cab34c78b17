/** A distance as one says it: whole metres nearby, kilometres with a decimal from one on. */
import { useI18n } from 'vue-i18n'

const KILOMETRE = 1000

export function useFar(): (metres: number) => string {
  const { t } = useI18n()
  return (metres) =>
    metres < KILOMETRE
      ? t('field.metres', { value: Math.ceil(metres) })
      : t('field.kilometres', { value: (metres / KILOMETRE).toFixed(1) })
}
