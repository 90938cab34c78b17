/** The one door to the API: cookies, the CSRF header, and errors a clerk understands. */
import { idleSeconds } from '@/features/session/activity'

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    readonly status = 0,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  query?: Query | URLSearchParams
  body?: unknown
  signal?: AbortSignal
}

const UNREACHABLE = '连接不上服务器，请检查网络后重试。'

let csrfToken = ''
let onSignedOut: (message: string) => void = () => {}

export function setCsrfToken(token: string): void {
  csrfToken = token
}

/** Called whenever the server says that nobody is signed in (any longer). */
export function whenSignedOut(handler: (message: string) => void): void {
  onSignedOut = handler
}

/** A path with its query; null, undefined and empty values are left out. */
export function address(path: string, query?: Query | URLSearchParams): string {
  if (!query) return path
  const parameters = query instanceof URLSearchParams ? query : new URLSearchParams()
  if (!(query instanceof URLSearchParams)) {
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value))
    }
  }
  const text = parameters.toString()
  return text ? `${path}?${text}` : path
}

export const get = <T>(path: string, query?: Query | URLSearchParams, signal?: AbortSignal) =>
  request<T>('GET', path, { query, signal })
export const post = <T>(path: string, body?: unknown) => request<T>('POST', path, { body })
export const put = <T>(path: string, body?: unknown) => request<T>('PUT', path, { body })
export const del = <T>(path: string) => request<T>('DELETE', path, {})

/** How long the person has not touched the page: the server counts only what a person does. */
const idle = () => ({ 'X-User-Idle': String(idleSeconds()) })

async function request<T>(method: string, path: string, options: Options): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', ...idle() }
  if (method !== 'GET') headers['X-CSRFToken'] = csrfToken
  let body: BodyInit | undefined
  if (options.body instanceof FormData) {
    body = options.body
  } else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(options.body)
  }
  let response: Response
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      body,
      signal: options.signal,
      credentials: 'same-origin',
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('unreachable', UNREACHABLE)
  }
  if (!response.ok) throw refusal(response.status, await response.text())
  const text = await response.text()
  return (text ? JSON.parse(text) : null) as T // an act may have nothing to say but that it was done
}

/** Send a file with its progress (fetch cannot report the progress of sending). */
export function upload<T>(
  path: string,
  form: FormData,
  onProgress: (share: number) => void = () => {},
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const sending = new XMLHttpRequest()
    sending.open('POST', path)
    sending.setRequestHeader('X-CSRFToken', csrfToken)
    sending.setRequestHeader('Accept', 'application/json')
    for (const [name, value] of Object.entries(idle())) sending.setRequestHeader(name, value)
    sending.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    })
    sending.addEventListener('load', () => {
      if (sending.status >= 200 && sending.status < 300) resolve(JSON.parse(sending.responseText) as T)
      else reject(refusal(sending.status, sending.responseText))
    })
    sending.addEventListener('error', () =>
      reject(new ApiError('unreachable', '上传中断：连接不上服务器，请检查网络后重新上传。')),
    )
    sending.send(form)
  })
}

/** Fetch a file and hand it to the browser's downloads; answers the file's name. */
export async function download(path: string, query?: Query | URLSearchParams): Promise<string> {
  let response: Response
  try {
    response = await fetch(address(path, query), { headers: idle(), credentials: 'same-origin' })
  } catch {
    throw new ApiError('unreachable', UNREACHABLE)
  }
  return keep(response, path)
}

/** Ask for a file that is made from what is sent, and hand it to the browser's downloads. */
export async function saved(path: string, body: unknown): Promise<string> {
  let response: Response
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken, ...idle() },
      body: JSON.stringify(body),
      credentials: 'same-origin',
    })
  } catch {
    throw new ApiError('unreachable', UNREACHABLE)
  }
  return keep(response, path)
}

async function keep(response: Response, path: string): Promise<string> {
  if (!response.ok) throw refusal(response.status, await response.text())
  const name = fileName(response.headers.get('Content-Disposition')) ?? path.split('/').pop() ?? 'download'
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  return name
}

/** The name in a Content-Disposition header, Chinese names included (RFC 6266). */
export function fileName(disposition: string | null): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  if (encoded) return decodeURIComponent(encoded)
  return /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1] ?? null
}

function refusal(status: number, text: string): ApiError {
  const error = parseError(status, text)
  if (error.code === 'not_signed_in') onSignedOut('')
  if (error.code === 'session_expired') onSignedOut(error.message)
  if (error.code === 'duty_first' && location.pathname !== '/duty') location.assign('/duty')
  return error
}

function parseError(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as {
      error: { code: string; message: string; fields?: Record<string, string> }
    }
    return new ApiError(error.code, error.message, error.fields ?? {}, status)
  } catch {
    return new ApiError('broken', brokenMessage(status), {}, status)
  }
}

function brokenMessage(status: number): string {
  if (status === 413) return '文件太大，服务器不接收。请拆分后再上传。'
  if (status === 502 || status === 503 || status === 504)
    return '服务器暂时没有响应，请稍后重试。'
  return `服务器出错（状态码 ${status}），请稍后重试；仍不行请联系系统管理员。`
}
