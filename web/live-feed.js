import { getRows } from './api.js'
import { element, fill } from './element.js'
import { onConnection, onEvents } from './events.js'
import { fileName, longTime, probability, shortFolder, shortTime } from './format.js'
import { icon } from './icons.js'
import { serverText, t } from './language.js'
import { emptyState } from './notices.js'
import { outcomeMark } from './outcome.js'
import { canCorrect, canUndo, correctPicture, undoPicture } from './picture-actions.js'
import { releaseThumbnails, thumbnail } from './thumbnail.js'

/** Decisions as they arrive, newest on top. */

/** So many rows are in the document; older ones are in the history. */
const mostRows = 100
const atFirst = 40
const shown = new Set(['sorted', 'review', 'quarantined', 'left', 'failed', 'undone', 'corrected'])
/** While rows come faster than anybody reads, they are painted this often. */
const calmGap = 400

/** The panel; call its `stop` when it leaves. */
export function liveFeed() {
  const list = element('ol', { class: 'feed', 'data-feed': true, tabindex: '-1' })
  const more = element('p', { class: 'feed-more' }, element('a', { href: '#/history' }, t('all_history')))
  const rate = element('span', { class: 'quiet', 'data-feed-rate': true })
  const panel = element('section', { class: 'panel', 'aria-labelledby': 'feed-title' },
    element('div', { class: 'panel-head' }, element('h2', { id: 'feed-title' }, t('live')), rate), list, more)

  let lastPaint = 0
  let timer = 0
  let pending = []
  let counted = []
  const abort = new AbortController()

  const paint = () => {
    timer = 0
    lastPaint = performance.now()
    if (list.firstElementChild?.classList.contains('empty-row')) list.replaceChildren()
    // Somebody who reads a row further down or has the focus in one should not lose it.
    const fresh = pending.slice(-mostRows).reverse().map((event) => feedRow(event, true))
    pending = []
    for (const row of fresh) settle(row.dataset.picture)
    // Of the new rows too only the newest of a picture can be acted on.
    list.prepend(...fresh)
    for (const row of fresh.slice(1)) {
      const newest = row.dataset.picture ? list.querySelector(`[data-picture="${row.dataset.picture}"]`) : row
      if (newest !== row) row.querySelector('.row-actions').replaceChildren()
    }
    while (list.children.length > mostRows) {
      releaseThumbnails(list.lastElementChild)
      list.lastElementChild.remove()
    }
    const now = performance.now()
    counted = counted.filter((one) => now - one.at < 5000)
    const perSecond = counted.reduce((sum, one) => sum + one.count, 0) / 5
    rate.textContent = perSecond >= 2 ? t('per_second', { n: Math.round(perSecond) }) : ''
  }
  // What happened to a picture before is over: only its newest row can be acted on.
  const settle = (picture) => {
    if (!picture) return
    for (const actions of list.querySelectorAll(`[data-picture="${picture}"] .row-actions`)) {
      if (!actions.childElementCount) continue
      const hadFocus = actions.contains(document.activeElement)
      actions.replaceChildren()
      if (hadFocus) list.focus({ preventScroll: true })
    }
  }
  const load = async () => {
    try {
      const rows = await getRows('/v1/history', { search: '', limit: atFirst }, abort.signal)
      const seen = new Set()
      fill(list, rows.length ? rows.map((row) => {
        const made = feedRow(row, false)
        if (seen.has(row.picture)) made.querySelector('.row-actions').replaceChildren()
        seen.add(row.picture)
        return made
      })
        : element('li', { class: 'empty-row' }, emptyState('picture', t('feed_empty'), t('feed_empty_next'))))
      more.hidden = !rows.length
    } catch (failure) {
      if (failure.name !== 'AbortError') fill(list,
        element('li', { class: 'empty-row quiet' }, serverText(failure.message)))
    }
  }
  const stopEvents = onEvents((events) => {
    const fresh = events.filter((event) => shown.has(event.event) && event.file)
    if (!fresh.length) return
    counted.push({ at: performance.now(), count: fresh.length })
    pending.push(...fresh)
    if (pending.length > mostRows) pending = pending.slice(-mostRows)
    more.hidden = false
    const isCalm = fresh.length < 15
    timer ||= setTimeout(() => requestAnimationFrame(paint),
      isCalm ? 0 : Math.max(0, lastPaint + calmGap - performance.now()))
  })
  let wasLost = false
  const stopConnection = onConnection((state) => {
    if (state === 'lost') wasLost = true
    if (state === 'open' && wasLost) {
      wasLost = false
      load()
    }
  })
  load()
  panel.stop = () => {
    abort.abort()
    clearTimeout(timer)
    stopEvents()
    stopConnection()
    releaseThumbnails(list)
  }
  return panel
}

/** One decision. */
function feedRow(row, isNew) {
  const outcome = row.event ?? row.outcome
  const name = row.label ?? row.class
  const moved = row.from && row.to
  const made = element('li', {
    class: isNew ? 'feed-row new' : 'feed-row', 'data-picture': row.picture, 'data-outcome': outcome,
    'data-file': fileName(row.file), 'data-class': name,
  },
  thumbnail(row.picture, 96),
  outcomeMark(outcome),
  element('span', { class: 'feed-class' },
    element('span', { class: 'name', title: name }, name ?? '–'),
    row.probability !== undefined && !row.label
      && element('span', { class: 'quiet value' }, probability(row.probability))),
  element('span', { class: 'feed-file' },
    element('span', { class: 'file-name', title: row.file }, fileName(row.file)),
    element('span', { class: 'quiet small path', title: row.reason }, moved
      ? [shortFolder(row.from), ' → ', shortFolder(row.to)] : serverText(row.reason ?? ''))),
  element('time', { class: 'quiet', datetime: row.time, title: longTime(row.time) }, shortTime(row.time)),
  element('span', { class: 'row-actions' },
    canCorrect({ outcome }) && element('button', {
      type: 'button', class: 'icon-button', 'data-action': 'correct', title: t('correct'),
      'aria-label': t('correct_file', { file: fileName(row.file) }),
      on: { click: () => correctPicture({ ...row, outcome }) },
    }, icon('tag')),
    canUndo({ ...row, outcome }) && element('button', {
      type: 'button', class: 'icon-button', 'data-action': 'undo', title: t('undo'),
      'aria-label': t('undo_file', { file: fileName(row.file) }),
      on: {
        click: async ({ currentTarget }) => {
          currentTarget.disabled = true
          if (!await undoPicture(row)) currentTarget.disabled = false
        },
      },
    }, icon('undo'))))
  return made
}

