import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, address, fileName, get, post, setCsrfToken, whenSignedOut } from './client'

function answer(status: number, body: string) {
  const asked = vi.fn(async (_address: string, _options: RequestInit) => new Response(body, { status }))
  vi.stubGlobal('fetch', asked)
  return asked
}
afterEach(() => vi.unstubAllGlobals())

const refusal = (code: string) => JSON.stringify({ error: { code, message: '不行。', fields: { title: '太短' } } })

describe('the client', () => {
  it('sends the token with every change', async () => {
    setCsrfToken('secret')
    const asked = answer(200, '{}')
    await post('/api/x', { a: 1 })
    const options = asked.mock.calls[0]?.[1]
    expect(options?.headers).toMatchObject({ 'X-CSRFToken': 'secret', 'Content-Type': 'application/json' })
    expect(options?.body).toBe('{"a":1}')
  })

  it('throws the message of the server with its fields', async () => {
    answer(422, refusal('refused'))
    await expect(get('/api/x')).rejects.toMatchObject({
      code: 'refused', message: '不行。', fields: { title: '太短' }, status: 422,
    })
  })

  it('says so when the session has ended', async () => {
    const signedOut = vi.fn<() => void>()
    whenSignedOut(signedOut)
    answer(401, refusal('not_signed_in'))
    await expect(get('/api/x')).rejects.toBeInstanceOf(ApiError)
    expect(signedOut).toHaveBeenCalledOnce()
  })

  it('does not take a wrong password for an ended session', async () => {
    const signedOut = vi.fn<() => void>()
    whenSignedOut(signedOut)
    answer(401, refusal('login_failed'))
    await expect(post('/api/session', {})).rejects.toMatchObject({ code: 'login_failed' })
    expect(signedOut).not.toHaveBeenCalled()
  })

  it('has words for an answer that is none of ours', async () => {
    answer(413, '<html>')
    await expect(get('/api/x')).rejects.toThrow('文件太大')
    vi.stubGlobal('fetch', async () => { throw new TypeError('network') })
    await expect(get('/api/x')).rejects.toThrow('连接不上服务器')
  })

  it('leaves empty values out of the address', () => {
    expect(address('/api/x', { q: '柳塘', page: 0, region: '', size: null })).toBe('/api/x?q=%E6%9F%B3%E5%A1%98&page=0')
  })

  it('reads a Chinese file name', () => {
    expect(fileName("attachment; filename*=UTF-8''%E5%8F%B0%E8%B4%A6.xlsx")).toBe('台账.xlsx')
    expect(fileName('attachment; filename="a.xlsx"')).toBe('a.xlsx')
    expect(fileName(null)).toBeNull()
  })
})
