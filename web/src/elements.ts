/** All of Element Plus, for the screens behind the sign-in; the sign-in page brings its own few. */
import 'element-plus/dist/index.css'

export { default } from 'element-plus'
