import { getRows } from './api.js'
import { element, fill } from './element.js'
import { onConnection, onEvents } from './events.js'
import { classBars } from './figures.js'
import { breakable, fileName, longTime, percent, probability, shortFolder, shortTime } from './format.js'
import { icon } from './icons.js'
import { serverText, t } from './language.js'
import { emptyState, failureBox } from './notices.js'
import { outcomeMark, outcomes } from './outcome.js'
import { canCorrect, canUndo, correctPicture, redoPicture, undoPicture } from './picture-actions.js'
import { onStatus } from './status.js'
import { thumbnail } from './thumbnail.js'
import { VirtualList } from './virtual-list.js'

/** All that was done with pictures, newest first, page by page. */

const firstPage = 100
const page = 300
const typingPause = 220
const kept = { search: '', outcome: '', inbox: '' }

/** Fills the view. */
export function history(root) {
  let rows = []
  let isComplete = false
  let isLoading = false
  let failure = null
  let abort = null
  let typing = 0
  let news = 0

  const list = new VirtualList({
    id: 'history-list', label: t('history'),
    key: (row) => row.row,
    cell: () => ({ width: 0, height: window.innerWidth <= 640 ? 64 : 48, gap: 0 }),
    render: historyRow,
    onNearEnd: () => { if (!isComplete && !isLoading && !failure) more() },
  })
  const nothing = element('div', { class: 'nothing', hidden: true })
  const detail = element('aside', { class: 'detail', 'aria-label': t('details'), 'data-detail': true, hidden: true })
  const fresh = element('button',
    { type: 'button', class: 'button news', 'data-action': 'show-new', hidden: true, on: { click: () => start(true) } })
  const field = element('input', {
    type: 'search', class: 'field search', id: 'history-search', 'data-field': 'search', value: kept.search,
    placeholder: t('search_placeholder'), 'aria-label': t('search'), autocomplete: 'off', spellcheck: 'false',
    on: {
      input: () => {
        clearTimeout(typing)
        typing = setTimeout(() => { kept.search = field.value.trim(); start() }, typingPause)
      },
    },
  })
  const outcome = element('select', {
    class: 'field', id: 'history-outcome', 'data-field': 'outcome', 'aria-label': t('outcome'),
    on: { change: () => { kept.outcome = outcome.value; start() } },
  }, [['', t('all_outcomes')], ...outcomes.map((name) => [name, t('outcome_' + name)])].map(([value, text]) =>
    element('option', { value, selected: value === kept.outcome }, text)))
  const inbox = element('select', {
    class: 'field', id: 'history-inbox', 'data-field': 'inbox', 'aria-label': t('inbox'),
    on: { change: () => { kept.inbox = inbox.value; start() } },
  })
  fill(root,
    element('div', { class: 'view-head' }, element('h1', {}, t('history')),
      element('div', { class: 'tools' }, fresh, element('div', { class: 'search-box' }, icon('search'), field), outcome,
        inbox)),
    element('div', { class: 'split' }, element('div', { class: 'split-main' }, list.root, nothing), detail))

  const fetchPage = async (before, limit) => {
    abort?.abort()
    const mine = (abort = new AbortController())
    isLoading = true
    try {
      const found = await getRows('/v1/history', {
        limit, before, search: kept.search, outcome: kept.outcome || null, inbox: kept.inbox || null,
      }, mine.signal)
      if (mine !== abort) return null
      isLoading = false
      return found
    } catch (error) {
      if (mine !== abort || error.name === 'AbortError') return null
      isLoading = false
      failure = error
      show()
      return null
    }
  }
  const start = async (toTop = true) => {
    failure = null
    news = 0
    fresh.hidden = true
    const found = await fetchPage(undefined, firstPage)
    if (!found) return
    rows = found
    isComplete = found.length < firstPage
    list.active = -1
    if (toTop) list.root.scrollTop = 0
    hideDetail()
    show(true)
  }
  const more = async () => {
    const found = await fetchPage(rows.at(-1)?.row, page)
    if (!found) return
    rows = rows.concat(found)
    isComplete = found.length < page
    show()
  }
  const show = (anew = false) => {
    list.setItems(rows, anew)
    const isEmpty = rows.length === 0
    list.root.hidden = isEmpty && (failure || !isLoading)
    nothing.hidden = !isEmpty
    if (!isEmpty) return
    const isFiltered = kept.search || kept.outcome || kept.inbox
    fill(nothing, failure ? failureBox(failure, () => start())
      : isLoading ? element('p', { class: 'quiet loading' }, t('loading'))
        : isFiltered ? emptyState('search', t('nothing_found'), t('nothing_found_next'), element('button', {
          type: 'button', class: 'button', 'data-action': 'clear-filters', on: { click: clearFilters },
        }, t('clear_filters')))
          : emptyState('history', t('history_empty'), t('history_empty_next'),
            element('a', { class: 'button', href: '#/inboxes' }, t('inboxes'))))
  }
  const clearFilters = () => {
    kept.search = kept.outcome = kept.inbox = ''
    field.value = outcome.value = inbox.value = ''
    start()
  }
  const hideDetail = () => {
    detail.hidden = true
    detail.replaceChildren()
    root.classList.remove('has-detail')
  }
  const choose = (index) => {
    list.moveTo(index)
    const row = rows[list.active]
    if (!row) return
    detail.hidden = false
    root.classList.add('has-detail')
    fill(detail, historyDetail(row, hideDetail, start))
  }
  list.root.addEventListener('click', (event) => {
    const cell = event.target.closest('.virtual-cell')
    if (cell) choose(Number(cell.dataset.index))
  })
  list.root.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const to = list.indexForKey(event.key)
    if (to >= 0) {
      event.preventDefault()
      choose(to)
    } else if (event.key === 'Escape') hideDetail()
    else if (event.key === 'Enter' && list.active >= 0) {
      event.preventDefault()
      detail.querySelector('button')?.focus()
    }
  })

  const stopEvents = onEvents((events) => {
    const count = events.filter((event) => event.file && event.event !== 'settling').length
    if (!count) return
    news += count
    // Rows do not move under somebody's eyes: they come when asked for, or when the person is at the top and idle.
    if (!rows.length && !isLoading) start()
    else {
      fresh.hidden = false
      fresh.textContent = t('show_new', { n: news })
    }
  })
  let wasLost = false
  const stopConnection = onConnection((state) => {
    if (state === 'lost') wasLost = true
    else if (state === 'open' && wasLost) {
      wasLost = false
      if (list.root.scrollTop === 0) start()
      else fresh.hidden = false
    }
  })
  const stopStatus = onStatus((now) => {
    if (!now) return
    const names = ['', ...now.inboxes.map((one) => one.name)]
    if (kept.inbox && !names.includes(kept.inbox)) names.push(kept.inbox)
    if (inbox.dataset.names === names.join('\n')) return
    inbox.dataset.names = names.join('\n')
    fill(inbox, names.map((name) => element('option', { value: name, selected: name === kept.inbox },
      name || t('all_inboxes'))))
  })
  isLoading = true
  show()
  start()
  return () => {
    abort?.abort()
    clearTimeout(typing)
    stopEvents()
    stopConnection()
    stopStatus()
    list.destroy()
  }
}

function historyRow(row) {
  const name = row.label ?? row.class
  return element('div', {
    class: 'history-row', 'data-picture': row.picture, 'data-row': row.row, 'data-outcome': row.outcome,
      'data-file': fileName(row.file),
    'aria-label': [fileName(row.file), t('outcome_' + row.outcome), name,
      row.probability !== undefined && percent(row.probability), shortTime(row.time)].filter(Boolean).join(', '),
  },
  thumbnail(row.picture, 96),
  outcomeMark(row.outcome),
  element('span', { class: 'history-class' }, element('span', { class: 'name', title: name }, name ?? '–'),
    row.probability !== undefined && element('span', { class: 'quiet value' }, probability(row.probability))),
  element('span', { class: 'file-name', title: row.file }, fileName(row.file)),
  element('span', { class: 'quiet path', title: row.reason },
    row.from && row.to ? [shortFolder(row.from), ' → ', shortFolder(row.to)] : row.reason),
  element('span', { class: 'quiet inbox-name' }, row.inbox ?? ''),
  element('time', { class: 'quiet', datetime: row.time }, shortTime(row.time)))
}

function historyDetail(row, close, renew) {
  const button = (name, iconName, run) => element('button', {
    type: 'button', class: 'button', 'data-action': name,
    on: {
      click: async () => {
        if (await run(row)) renew()
      },
    },
  }, icon(iconName), t(name))
  const fact = (name, value) => value !== undefined && value !== null && value !== ''
    && element('div', {}, element('dt', {}, t(name)), element('dd', {}, value))
  const picture = thumbnail(row.picture, 512, fileName(row.file))
  picture.classList.add('large')
  return [
    element('button', { type: 'button', class: 'icon-button close-detail', 'aria-label': t('close'),
      on: { click: close } }, icon('close')),
    picture,
    element('h2', { class: 'file-name' }, breakable(fileName(row.file))),
    element('p', { class: 'detail-outcome' }, outcomeMark(row.outcome)),
    row.class !== undefined && row.probability !== undefined
      && classBars([{ class: row.class, probability: row.probability }]),
    element('div', { class: 'actions' },
      canUndo(row) && button('undo', 'undo', undoPicture),
      row.outcome === 'undone' && button('redo', 'redo', redoPicture),
      canCorrect(row) && button('correct', 'tag', correctPicture)),
    element('dl', { class: 'detail-facts' },
      fact('reason', serverText(row.reason)),
      fact('label', row.label), fact('by', row.by), fact('inbox', row.inbox), fact('model', row.model),
      fact('time', element('time', { datetime: row.time }, longTime(row.time))),
      fact('from', row.from && element('span', { class: 'path' }, breakable(row.from))),
      fact('to', row.to && element('span', { class: 'path' }, breakable(row.to))),
      !row.to && fact('where', element('span', { class: 'path' }, breakable(row.file))),
      fact('run', row.run),
      fact('sha256', row.sha256 && element('code', { class: 'hash' }, row.sha256))),
  ]
}
