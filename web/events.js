/**
 * What happens, as it happens. One tab alone holds the stream and passes it on to the others: a browser opens only six
 * connections to one origin. Where the browser has no locks, each tab has a stream.
 */

const eventListeners = new Set()
const stateListeners = new Set()
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('winnow-events') : null

/** More than this many events between two paintings are not shown one by one; the views then ask anew. */
const mostWaiting = 1000
const shortestPause = 1000
const longestPause = 30000
/** Milliseconds between two deliveries to the views. */
const deliveryGap = 120

let state = 'connecting'
let leads = false
let stream = null
let pause = shortestPause
let retry = 0
let waiting = []
let overflowed = false
let scheduled = false
let lastDelivery = 0
let passing = []
let passTimer = 0

/**
 * Calls `listener(events, overflowed)` with what happened, at most once a painting.
 * @returns {() => void} ends it
 */
export function onEvents(listener) {
  eventListeners.add(listener)
  return () => eventListeners.delete(listener)
}

/** Calls `listener(state)` with `connecting`, `open` or `lost`. */
export function onConnection(listener) {
  stateListeners.add(listener)
  listener(state)
  return () => stateListeners.delete(listener)
}

/** Begins. */
export function startEvents() {
  channel?.addEventListener('message', ({ data }) => {
    if (leads) {
      if (data.kind === 'hello') channel.postMessage({ kind: 'state', state })
      if (data.kind === 'hurry' && retry) connect()
    } else if (data.kind === 'events') receive(data.events)
    else if (data.kind === 'state') setState(data.state)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    if (leads && retry) connect()
    else if (!leads) channel?.postMessage({ kind: 'hurry' })
    schedule()
  })
  if (navigator.locks && channel) {
    // Held until the tab goes; then the next one in the line gets it.
    navigator.locks.request('winnow-events', () => {
      leads = true
      connect()
      return new Promise(() => {})
    })
    channel.postMessage({ kind: 'hello' })
  } else {
    leads = true
    connect()
  }
}

function connect() {
  clearTimeout(retry)
  retry = 0
  stream?.close()
  stream = new EventSource('/v1/events')
  stream.onopen = () => {
    pause = shortestPause
    setState('open')
  }
  stream.onmessage = ({ data }) => take(data)
  // The daemon's own word that it ends the stream comes under the same name as a broken connection.
  stream.addEventListener('error', lose)
}

function take(data) {
  let event
  try {
    event = JSON.parse(data)
  } catch {
    return
  }
  if (!event.event) return
  receive([event])
  if (!navigator.locks || !channel) return
  passing.push(event)
  // Timers of a hidden tab are slow, and others may be looking.
  if (document.hidden || passing.length > 200) pass()
  else passTimer ||= setTimeout(pass, 40)
}

function pass() {
  clearTimeout(passTimer)
  passTimer = 0
  if (passing.length) channel.postMessage({ kind: 'events', events: passing })
  passing = []
}

function lose() {
  stream?.close()
  stream = null
  setState('lost')
  if (retry) return
  // Not all tabs of all people at the same instant.
  retry = setTimeout(connect, pause * (0.8 + 0.4 * Math.random()))
  pause = Math.min(longestPause, pause * 1.7)
}

function setState(next) {
  if (state === next) return
  state = next
  if (leads) channel?.postMessage({ kind: 'state', state })
  for (const listener of stateListeners) listener(state)
}

function receive(events) {
  waiting.push(...events)
  if (waiting.length > mostWaiting) {
    waiting = waiting.slice(-mostWaiting / 2)
    overflowed = true
  }
  schedule()
}

function schedule() {
  if (scheduled || !waiting.length || document.hidden) return
  scheduled = true
  const wait = Math.max(0, lastDelivery + deliveryGap - performance.now())
  setTimeout(() => requestAnimationFrame(deliver), wait)
}

function deliver() {
  scheduled = false
  lastDelivery = performance.now()
  const events = waiting
  const over = overflowed
  waiting = []
  overflowed = false
  for (const listener of eventListeners) listener(events, over)
}
