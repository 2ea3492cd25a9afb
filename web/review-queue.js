import { filesOf, getRows, post } from './api.js'
import { onConnection, onEvents } from './events.js'

/** Pictures of a random sample that are to be looked at: enough to tell some wrong in a hundred. */
const sampleSize = 100

/**
 * The pictures that wait for a person: fetched page by page, put in order, and taken out before the daemon has
 * answered, to come back with the reason where it refuses.
 */
export class ReviewQueue {
  constructor(onChange) {
    this.onChange = onChange
    this.rows = new Map()
    this.kind = 'waiting'
    this.inbox = ''
    /** A sample is drawn once: otherwise it would have no end. */
    this.isDrawn = false
    this.order = 'class'
    this.isLoading = false
    this.isComplete = false
    this.failure = null
    /** Numbers of pictures that are on their way out. */
    this.leaving = new Set()
    this.generation = 0
    this.stopEvents = onEvents((events, overflowed) => this.take(events, overflowed))
    let wasLost = false
    this.stopConnection = onConnection((state) => {
      if (state === 'lost') wasLost = true
      else if (state === 'open' && wasLost) {
        wasLost = false
        this.load()
      }
    })
  }

  /** Fetches all of it: a small page first, so that there is something to see. */
  async load() {
    const generation = (this.generation += 1)
    this.abort?.abort()
    this.abort = new AbortController()
    this.isLoading = true
    this.isComplete = false
    this.failure = null
    const found = new Map()
    let after = 0
    let limit = 150
    try {
      if (this.kind === 'sample' && !this.isDrawn) {
        await post('/v1/review/sample', { count: sampleSize, ...(this.inbox && { inbox: this.inbox }) })
        this.isDrawn = true
      }
      for (;;) {
        const page = await getRows('/v1/review', {
          kind: this.kind === 'waiting' ? null : this.kind, inbox: this.inbox || null, after: after || null, limit,
        }, this.abort.signal)
        if (generation !== this.generation) return
        for (const row of page) {
          found.set(row.number, row)
          after = Math.max(after, row.number)
        }
        const isLast = page.length < limit
        // Until the end old rows stay, so that a reload does not flicker.
        if (isLast) this.rows = found
        else if (this.rows.size <= found.size) this.rows = new Map(found)
        this.isComplete = isLast
        this.isLoading = !isLast
        this.onChange()
        if (isLast) break
        limit = 1000
      }
    } catch (failure) {
      if (generation !== this.generation || failure.name === 'AbortError') return
      this.isLoading = false
      this.failure = failure
      this.onChange()
    }
  }

  /** Asks again for what has come or gone, soon. */
  reloadSoon() {
    if (this.isGone) return
    this.timer ||= setTimeout(() => {
      this.timer = 0
      if (document.hidden) this.isStale = true
      else this.load()
    }, 700)
  }

  /** Numbers only grow: what is new stands behind all that is known. */
  get largest() {
    let largest = 0
    for (const number of this.rows.keys()) if (number > largest) largest = number
    return largest
  }

  addSoon() {
    if (this.isLoading) return
    this.adding ||= setTimeout(() => this.add(), 500)
  }

  async add() {
    const generation = this.generation
    try {
      for (;;) {
        const page = await getRows('/v1/review',
          { inbox: this.inbox || null, after: this.largest || null, limit: 1000 }, this.abort.signal)
        if (generation !== this.generation) break
        for (const row of page) this.rows.set(row.number, row)
        if (page.length) this.onChange()
        if (page.length < 1000) break
      }
    } catch {
      // The next event, or the connection's return, asks again.
    }
    this.adding = 0
  }

  take(events, overflowed) {
    if (this.isStale || overflowed) {
      this.isStale = false
      this.reloadSoon()
      return
    }
    let isChanged = false
    for (const event of events) {
      if (event.event === 'review' && (!this.inbox || event.inbox === this.inbox)) {
        if (this.kind !== 'waiting') continue
        if (event.picture > this.largest) this.addSoon()
        else if (!this.rows.has(event.picture)) this.reloadSoon()
      } else if (['sorted', 'undone', 'corrected', 'quarantined', 'left'].includes(event.event)) {
        // Somebody else was quicker, or an undo brought it back.
        const row = event.picture !== undefined ? this.rows.get(event.picture) : null
        if (row && this.kind === 'waiting' && !this.leaving.has(row.number) && event.to && event.to !== row.file) {
          this.rows.delete(row.number)
          isChanged = true
        } else if (event.event === 'undone') this.reloadSoon()
      }
    }
    if (isChanged) this.onChange()
  }

  /** What is to be seen, in order. */
  get visible() {
    const rows = []
    for (const row of this.rows.values()) if (!this.leaving.has(row.number)) rows.push(row)
    const doubt = (row) => (row.top.length > 1 ? row.top[0].probability - row.top[1].probability : row.probability
      ?? -1)
    const compare = {
      oldest: (a, b) => a.number - b.number,
      newest: (a, b) => b.number - a.number,
      doubt: (a, b) => doubt(a) - doubt(b) || a.number - b.number,
      class: (a, b) => (a.class === b.class ? 0 : a.class === undefined ? 1 : b.class === undefined ? -1
        : a.class < b.class ? -1 : 1)
        || (b.probability ?? 0) - (a.probability ?? 0) || a.number - b.number,
    }[this.order]
    return rows.sort(compare)
  }

  /**
   * Sends pictures off and takes them out of sight at once.
   * @param {'accept'|'set'|'skip'} verb
   * @param {string} [name] the class, for `set`
   * @returns {{done: Promise<{placed: number, refused: object[], runs: string[]}>}}
   */
  send(verb, rows, name) {
    for (const row of rows) this.leaving.add(row.number)
    this.onChange()
    const done = (async () => {
      const runs = []
      const refused = []
      let placed = 0
      // The daemon takes 4 MiB at once; this stays far below and lets others in between.
      for (let start = 0; start < rows.length; start += 500) {
        const batch = rows.slice(start, start + 500)
        try {
          const reply = await post(`/v1/review/${verb}`,
            { ...filesOf(batch), ...(verb === 'set' ? { class: name } : {}) })
          if (reply.run) runs.push(reply.run)
          placed += reply.placed?.length ?? reply.skipped ?? 0
          const reasons = new Map(reply.refused.map((one) => [one.file_base64 ?? one.file, one.reason]))
          for (const row of batch) {
            const reason = reasons.get(row.file_base64 ?? row.file)
            this.leaving.delete(row.number)
            if (reason === undefined) this.rows.delete(row.number)
            else {
              row.refusal = reason
              refused.push({ row, reason })
            }
          }
        } catch (failure) {
          for (const row of rows.slice(start)) {
            this.leaving.delete(row.number)
            row.refusal = failure.message
            refused.push({ row, reason: failure.message, failure })
          }
          break
        }
      }
      this.onChange(refused.map(({ row }) => row.number))
      return { placed, refused, runs }
    })()
    return { done }
  }

  /** Hides pictures without telling the daemon yet. */
  hide(rows) {
    for (const row of rows) this.leaving.add(row.number)
    this.onChange()
  }

  /** Shows them again. */
  unhide(rows) {
    for (const row of rows) this.leaving.delete(row.number)
    this.onChange()
  }

  destroy() {
    this.isGone = true
    this.generation += 1
    this.abort?.abort()
    clearTimeout(this.timer)
    clearTimeout(this.adding)
    this.stopEvents()
    this.stopConnection()
  }
}
