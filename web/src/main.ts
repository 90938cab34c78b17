import 'element-plus/theme-chalk/base.css'
import './styles/base.css'
import './styles/page.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { whenSignedOut } from './api/client'
import { watchActivity } from './features/session/activity'
import { useSession } from './features/session/session'
import { i18n } from './locales'
import { createAppRouter } from './router'

const app = createApp(App)
app.use(createPinia()).use(i18n)
const router = createAppRouter(async () => {
  app.use((await import('./elements')).default)
})
watchActivity()
whenSignedOut((message) => {
  const here = router.currentRoute.value
  useSession().forget(message)
  if (here.name !== 'login') void router.push({ name: 'login', query: { next: here.fullPath } })
})
app.use(router).mount('#app')
