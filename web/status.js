import { get } from './api.js'
import { onConnection, onEvents } from './events.js'

/**
 * Where the daemon stands. Asked for when something happened, once a second at most, and never while nobody looks.
 */

const listeners = new Set()
const shortestGap = 1000

let current = null
let failure = null
let stale = false
let asking = false
let lastAsked = -shortestGap
let timer = 0

/** The last status, or null. */
export function status() {
  return current
}

/**
 * Calls `listener(status, failure)` now, if there is one, and at each change.
 * @returns {() => void} ends it
 */
export function onStatus(listener) {
  listeners.add(listener)
  if (current || failure) listener(current, failure)
  return () => listeners.delete(listener)
}

/** Asks soon. */
export function refreshStatus() {
  stale = true
  plan()
}

/** Begins. */
export function startStatus() {
  onEvents(() => refreshStatus())
  let wasOpen = true
  onConnection((state) => {
    if (state === 'open' && !wasOpen) refreshStatus()
    wasOpen = state === 'open'
  })
  document.addEventListener('visibilitychange', plan)
  refreshStatus()
}

function plan() {
  if (!stale || asking || document.hidden || timer) return
  const wait = Math.max(0, lastAsked + shortestGap - performance.now())
  timer = setTimeout(ask, wait)
}

async function ask() {
  timer = 0
  stale = false
  asking = true
  lastAsked = performance.now()
  try {
    current = await get('/v1/status')
    failure = null
  } catch (error) {
    failure = error
  }
  asking = false
  for (const listener of listeners) listener(current, failure)
  plan()
}
