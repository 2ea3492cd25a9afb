/**
 * The daemon's HTTP interface, as docs/control-api.yaml has it.
 */

/** What the daemon answered instead of doing it. */
export class ApiError extends Error {
  constructor(status, detail = {}) {
    super(detail.message ?? `HTTP ${status}`)
    this.status = status
    this.code = detail.code ?? 'unknown'
    this.remedy = detail.remedy
    this.cause = detail.cause
  }
}

const signedOutListeners = new Set()

/** Calls `listener` when the daemon says that this browser has no session. */
export function onSignedOut(listener) {
  signedOutListeners.add(listener)
}

async function send(method, path, { query, json, body, signal, accept = 'application/json' } = {}) {
  // Not URLSearchParams: to the daemon a plus is a plus, and a space is %20.
  const asked = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const url = asked.length ? `${path}?${asked.join('&')}` : path
  const headers = { Accept: accept }
  if (json !== undefined) headers['Content-Type'] = 'application/json'
  if (body !== undefined) headers['Content-Type'] = 'application/octet-stream'
  let response
  try {
    response = await fetch(url, {
      method, headers, signal, credentials: 'same-origin', cache: 'no-store',
      body: json !== undefined ? JSON.stringify(json) : body,
    })
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure
    throw new ApiError(0, { code: 'unreachable', message: 'winnowd does not answer' })
  }
  if (response.ok) return response
  let detail
  try {
    detail = (await response.json()).error
  } catch {
    detail = undefined
  }
  if (response.status === 401) for (const listener of signedOutListeners) listener()
  throw new ApiError(response.status, detail)
}

/** GET with an object as the answer. */
export async function get(path, query, signal) {
  return (await send('GET', path, { query, signal })).json()
}

/** GET with an object a line as the answer. */
export async function getRows(path, query, signal) {
  const text = await (await send('GET', path, { query, signal, accept: 'application/x-ndjson' })).text()
  const rows = []
  for (const line of text.split('\n')) {
    if (!line) continue
    const row = JSON.parse(line)
    if (row.error && row.file === undefined) throw new ApiError(500, row.error)
    rows.push(row)
  }
  return rows
}

/** GET with text as the answer; nil where there is none. */
export async function getText(path, accept) {
  try {
    return await (await send('GET', path, { accept })).text()
  } catch (failure) {
    if (failure.status === 404) return null
    throw failure
  }
}

/** POST of an object, or of nothing. */
export async function post(path, json) {
  return (await send('POST', path, { json })).json()
}

/** POST of a file's bytes. */
export async function postFile(path, query, file, signal) {
  return (await send('POST', path, { query, body: file, signal })).json()
}

/** DELETE */
export async function remove(path) {
  return (await send('DELETE', path)).json()
}

/** A part of a path, so that a name cannot become more than that. */
export function part(name) {
  return encodeURIComponent(name)
}

function base64(text) {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * The pictures of these rows as a request names them. Names that are not UTF-8 travel as their bytes, and then all of
 * the list has to.
 */
export function filesOf(rows) {
  const named = { files: rows.map((row) => row.file) }
  if (rows.some((row) => row.file_base64)) {
    named.files_base64 = rows.map((row) => row.file_base64 ?? base64(row.file))
  }
  return named
}

/** Where the small version of a picture is. */
export function thumbnailAddress(picture, side) {
  return `/v1/pictures/${part(picture)}/thumbnail?side=${side}`
}
