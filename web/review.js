import { chooseClass } from './class-chooser.js'
import { confirm, openDialog } from './dialog.js'
import { element, fill } from './element.js'
import { fileName, number } from './format.js'
import { icon } from './icons.js'
import { isWriting, singleKeys } from './keyboard.js'
import { t } from './language.js'
import { announce, emptyState, failureBox, showFailure, toast } from './notices.js'
import { pictureDetail } from './picture-detail.js'
import { reviewCard } from './review-card.js'
import { ReviewQueue } from './review-queue.js'
import { onStatus } from './status.js'
import { forget, remember, undoLast } from './undo.js'
import { VirtualList } from './virtual-list.js'

/** Pictures that the model is not sure of, sorted by a person with one key each. */

const sizes = [
  { name: 'small', width: 112, side: 160 },
  { name: 'medium', width: 156, side: 224 },
  { name: 'large', width: 224, side: 320 },
]
/** A skip cannot be taken back by the daemon, so it is sent only after this many milliseconds. */
const skipDelay = 8000
const kept = { order: 'class', size: window.innerWidth <= 640 ? 0 : 1, legends: new Map() }

/**
 * Fills the view.
 * @param {HTMLElement} root
 * @param {string[]} path what follows `#/review/`: the inbox
 */
export function review(root, path) {
  const view = new ReviewView(root, path[0] ?? '')
  return () => view.destroy()
}

class ReviewView {
  constructor(root, inbox) {
    this.root = root
    this.selected = new Set()
    this.anchor = 0
    this.items = []
    this.hasActed = false
    this.pendingSkips = new Set()
    this.queue = new ReviewQueue((renewed) => this.refresh(renewed))
    this.queue.inbox = inbox
    this.queue.order = kept.order
    this.build()
    this.onKey = (event) => this.handleKey(event)
    document.addEventListener('keydown', this.onKey)
    this.onHide = () => this.sendSkips()
    window.addEventListener('pagehide', this.onHide)
    this.stopStatus = onStatus((now) => this.showInboxes(now))
    this.queue.load()
    this.list.root.focus({ preventScroll: true })
  }

  build() {
    const choice = (id, label, options, value, change) => element('label', { class: 'inline-label' },
      element('span', { class: 'visually-hidden' }, label),
      element('select', { class: 'field', id, 'data-field': id, on: { change: (event) => change(event.target.value) } },
        options.map(([name, text]) => element('option', { value: name, selected: name === value }, text))))
    this.inboxChoice = choice('review-inbox', t('inbox'), [['', t('all_inboxes')]], this.queue.inbox, (inbox) => {
      location.hash = inbox ? `#/review/${encodeURIComponent(inbox)}` : '#/review'
    })
    const kind = choice('review-kind', t('kind'),
      ['waiting', 'skipped', 'corrected', 'sample'].map((name) => [name, t('kind_' + name)]),
      this.queue.kind, (next) => {
        this.queue.kind = next
        this.queue.isDrawn = false
        this.queue.rows = new Map()
        this.start()
      })
    const order = choice('review-order', t('order'),
      ['class', 'doubt', 'oldest', 'newest'].map((name) => [name, t('order_' + name)]),
      this.queue.order, (next) => {
        kept.order = this.queue.order = next
        this.list.active = -1
        this.hasMoved = false
        this.list.root.scrollTop = 0
        this.refresh()
      })
    this.total = element('span', { class: 'quiet', 'data-review-count': true })
    this.rest = element('button',
      { type: 'button', class: 'button', 'data-action': 'accept-rest', on: { click: () => this.acceptRest() } })
    const size = (step, sign, label) => element('button', {
      type: 'button', class: 'icon-button', 'aria-label': label, title: label,
        'data-action': step < 0 ? 'smaller' : 'larger',
      on: { click: () => this.resize(step) },
    }, sign)
    this.legendBar = element('div',
      { class: 'legend', role: 'toolbar', 'aria-label': t('legend'), 'data-legend': true })
    this.list = new VirtualList({
      id: 'review-grid', label: t('review_grid'), multiple: true,
      key: (row) => row.number,
      cell: () => {
        const { width } = sizes[kept.size]
        return { width, height: Math.round(width * 0.8) + 66, gap: 8 }
      },
      render: (row) => reviewCard(row,
        { side: sizes[kept.size].side, legend: this.legend, isCorrected: this.queue.kind === 'corrected' }),
      isSelected: (row) => this.selected.has(row.number),
    })
    this.list.root.addEventListener('click', (event) => this.clicked(event))
    this.list.root.addEventListener('dblclick', () => this.openPreview())
    this.nothing = element('div', { class: 'nothing', hidden: true, tabindex: '-1' })
    this.detail = element('aside', { class: 'detail', 'aria-label': t('details'), 'data-detail': true })
    this.last = element('div', { class: 'last-action', 'data-last-action': true, hidden: true })
    this.bar = element('div', { class: 'review-bar', hidden: true }, this.legendBar, this.last)
    const act = (name, action, iconName, run, primary) => element('button', {
      type: 'button', class: primary ? 'button primary' : 'button', 'data-action': action, on: { click: run },
    }, icon(iconName), element('span', {}, t(name)))
    this.acceptButton = act('accept', 'accept', 'check', () => this.accept(), true)
    this.actions = element('div', { class: 'review-actions', role: 'group', 'aria-label': t('selected_actions') },
      this.acceptButton,
      act('other_class', 'choose', 'tag', () => this.choose()),
      this.skipButton = act('skip', 'skip', 'skip', () => this.skip()),
      act('enlarge', 'preview', 'zoom', () => this.openPreview()))
    fill(this.root,
      element('div', { class: 'view-head' }, element('h1', {}, t('review')), this.total,
        element('div', { class: 'tools' }, this.inboxChoice, kind, order,
          element('span', { class: 'sizes' }, size(-1, '−', t('smaller')), size(1, '+', t('larger'))), this.rest)),
      this.bar,
      element('div', { class: 'split' }, element('div', { class: 'split-main' }, this.list.root, this.nothing),
        this.detail),
      this.actions)
  }

  start() {
    this.selected.clear()
    this.list.active = -1
    this.hasActed = false
    this.hasMoved = false
    this.refresh()
    this.queue.load()
  }

  showInboxes(now) {
    if (!now) return
    const select = this.inboxChoice.querySelector('select')
    const names = ['', ...now.inboxes.map((inbox) => inbox.name)]
    if (this.queue.inbox && !names.includes(this.queue.inbox)) names.push(this.queue.inbox)
    const text = names.join('\n')
    if (select.dataset.names === text) return
    select.dataset.names = text
    fill(select, names.map((name) => element('option', { value: name, selected: name === this.queue.inbox },
      name || t('all_inboxes'))))
  }

  /** Paints after the queue changed. */
  refresh(renewed = []) {
    const activeNumber = this.items[this.list.active]?.number
    const before = this.list.active
    this.items = this.queue.visible
    const present = new Set(this.items.map((row) => row.number))
    for (const number of this.selected) if (!present.has(number)) this.selected.delete(number)
    if (!this.hasMoved && !this.hasActed) {
      // Pages that come later may belong before what was shown first.
      this.list.active = this.items.length ? 0 : -1
      this.anchor = 0
      this.select(this.items.length ? [0] : [])
    } else if (activeNumber !== undefined) {
      const at = present.has(activeNumber) ? this.items.findIndex((row) => row.number === activeNumber)
        : Math.min(before, this.items.length - 1)
      this.list.active = at
    } else if (this.items.length) this.list.active = 0
    for (const number of renewed) this.list.renew(number)
    const back = this.expected ? this.items.flatMap((row, index) => (this.expected.has(row.number) ? [index] : [])) : []
    if (back.length) {
      this.select(back)
      this.list.active = this.anchor = back[0]
      if (back.length === this.expected.size) this.expected = null
    }
    if (!this.selected.size && this.items[this.list.active]) this.selected.add(this.items[this.list.active].number)
    this.showLegend()
    this.list.setItems(this.items)
    const hadFocus = this.list.root === document.activeElement || this.nothing === document.activeElement
    this.showCounts()
    if (back.length) this.list.moveTo(this.list.active)
    // What is hidden loses the focus; the keys should go on working.
    if (hadFocus) (this.items.length ? this.list.root : this.nothing).focus({ preventScroll: true })
    this.showDetail()
    this.updatePreview()
  }

  showCounts() {
    const count = this.items.length
    const isCorrected = this.queue.kind === 'corrected'
    this.total.textContent = this.queue.isLoading && count ? t('loaded_so_far', { n: count }) : count
      ? t('pictures', { n: count }) : ''
    const acceptable = isCorrected ? 0 : this.items.filter((row) => row.class !== undefined).length
    this.rest.hidden = acceptable === 0
    this.rest.textContent = t('accept_rest', { n: number(acceptable) })
    this.acceptButton.hidden = isCorrected
    this.skipButton.hidden = !['waiting', 'sample'].includes(this.queue.kind)
    const isEmpty = count === 0
    this.nothing.hidden = !isEmpty
    this.list.root.hidden = isEmpty
    this.actions.hidden = isEmpty
    this.bar.hidden = this.last.hidden && !this.legend?.length
    this.detail.hidden = isEmpty
    if (!isEmpty) return
    if (this.queue.failure) fill(this.nothing, failureBox(this.queue.failure, () => this.queue.load()))
    else if (this.queue.isLoading) fill(this.nothing, element('p', { class: 'quiet loading' }, t('loading')))
    else {
      fill(this.nothing, emptyState('check', t('review_empty_' + this.queue.kind),
        t('review_empty_next_' + this.queue.kind),
        element('a', { class: 'button', href: '#/overview' }, t('overview'))))
    }
  }

  /** Digits go to the classes that are proposed most, and stay with them. */
  showLegend() {
    const counts = new Map()
    for (const row of this.items) {
      const name = row.label ?? row.class
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    const key = this.queue.inbox
    let legend = kept.legends.get(key)
    const byCount = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1))
    if (!legend || (!this.hasActed && !legend.isFixed)) {
      // In the order that the grid has: the same classes get the same digits tomorrow.
      legend = { names: byCount.slice(0, 9).sort(), isFixed: false }
      kept.legends.set(key, legend)
    } else {
      for (const name of byCount) {
        if (legend.names.length >= 9) break
        if (!legend.names.includes(name)) legend.names.push(name)
      }
    }
    if (this.queue.isComplete && legend.names.length) legend.isFixed = true
    const changed = this.legend?.join('\n') !== legend.names.join('\n')
    this.legend = [...legend.names]
    const text = JSON.stringify([this.legend, this.legend.map((name) => counts.get(name) ?? 0)])
    if (text === this.paintedLegend) return
    this.paintedLegend = text
    fill(this.legendBar,
      this.legend.map((name, index) => element('button', {
        type: 'button', class: 'legend-class', 'data-action': 'set', 'data-class': name, 'data-digit': index + 1,
        'aria-label': t('give_class', { class: name, n: counts.get(name) ?? 0 }),
        on: { click: () => this.give(name) },
      }, element('kbd', {}, index + 1), element('span', { class: 'name' }, name),
        element('span', { class: 'quiet count' }, number(counts.get(name) ?? 0)))),
      this.legend.length > 0 && element('button', {
        type: 'button', class: 'legend-class', 'data-action': 'choose', on: { click: () => this.choose() },
      }, element('kbd', {}, 'C'), element('span', { class: 'name' }, t('other_class'))))
    if (changed) {
      this.list.clear()
      this.list.paintSoon()
    }
  }

  // Selection

  select(indexes) {
    this.selected = new Set(indexes.map((index) => this.items[index]?.number).filter((number) => number !== undefined))
  }

  move(index, { range = false, toggle = false, keep = false } = {}) {
    if (index < 0 || !this.items.length) return
    this.hasMoved = true
    if (range) {
      const [from, to] = [Math.min(this.anchor, index), Math.max(this.anchor, index)]
      this.select(Array.from({ length: to - from + 1 }, (_, step) => from + step))
    } else if (toggle) {
      const { number: one } = this.items[index]
      if (this.selected.has(one)) this.selected.delete(one)
      else this.selected.add(one)
      this.anchor = index
    } else if (!keep) {
      this.select([index])
      this.anchor = index
    }
    this.list.moveTo(index)
    this.showDetail()
    this.updatePreview()
    if (this.selected.size > 1) announce(t('selected', { n: this.selected.size }))
  }

  clicked(event) {
    const cell = event.target.closest('.card')
    if (!cell) return
    const index = Number(cell.dataset.index)
    const isTouch = event.pointerType === 'touch'
    // The first tap looks at one alone, as a click does; further ones add.
    const adds = event.ctrlKey || event.metaKey || (isTouch && this.isTapping)
    this.isTapping = isTouch
    this.move(index, { range: event.shiftKey, toggle: adds && !event.shiftKey })
  }

  /** Those selected, in order; without any the one that has the focus. */
  get chosen() {
    if (this.preview) return [this.items[this.list.active]].filter(Boolean)
    const rows = this.items.filter((row) => this.selected.has(row.number))
    if (rows.length) return rows
    const active = this.items[this.list.active]
    return active ? [active] : []
  }

  // Actions

  accept() {
    const rows = this.chosen.filter((row) => row.class !== undefined)
    if (!rows.length) {
      if (this.chosen.length) toast(t('no_proposal_to_accept'), { kind: 'error' })
      return
    }
    const classes = new Set(rows.map((row) => row.class))
    this.perform('accept', rows, undefined,
      classes.size === 1 ? t('gave_class', { n: rows.length, class: rows[0].class })
        : t('accepted', { n: rows.length }))
  }

  give(name) {
    const rows = this.chosen
    if (rows.length) this.perform('set', rows, name, t('gave_class', { n: rows.length, class: name }))
  }

  async choose() {
    const rows = this.chosen
    if (!rows.length) return
    const likely = rows.length === 1 ? rows[0].top.map((score) => score.class) : []
    const name = await chooseClass({
      inboxes: rows.map((row) => row.inbox), likely,
      title: rows.length === 1 ? t('choose_class_for', { file: fileName(rows[0].file) })
        : t('choose_class_for_many', { n: rows.length }),
    })
    if (name) this.perform('set', rows, name, t('gave_class', { n: rows.length, class: name }))
  }

  async acceptRest() {
    const rows = this.items.filter((row) => row.class !== undefined)
    const classes = new Set(rows.map((row) => row.class)).size
    const isSure = await confirm({
      title: t('accept_rest', { n: number(rows.length) }), text: t('accept_rest_text', { n: rows.length, classes }),
        action: t('accept'),
    })
    if (isSure) this.perform('accept', rows, undefined, t('accepted', { n: rows.length }))
  }

  perform(verb, rows, name, text) {
    this.hasActed = true
    this.stepOn(rows)
    const { done } = this.queue.send(verb, rows, name)
    const step = { text, runs: done.then(({ runs }) => runs), restore: () => {
      this.expect(rows)
      this.queue.reloadSoon()
    } }
    remember(step)
    this.showLast(text)
    done.then(({ placed, refused, runs }) => {
      if (!runs.length) forget(step)
      if (refused.length) {
        const [{ row, reason, failure }] = refused
        showFailure(failure ?? { message: `${fileName(row.file)}: ${reason}` }, t('refused', { n: refused.length }))
        this.showLast(t('placed_refused', { n: placed, refused: refused.length }), runs.length > 0)
      }
    })
  }

  skip() {
    const rows = this.chosen
    if (!rows.length) return
    this.hasActed = true
    if (!['waiting', 'sample'].includes(this.queue.kind)) return
    this.stepOn(rows)
    this.queue.hide(rows)
    const skip = { rows, isSent: false }
    skip.send = () => {
      if (skip.isSent || skip.isWithdrawn) return
      skip.isSent = true
      this.pendingSkips.delete(skip)
      forget(step)
      this.queue.send('skip', rows).done.then(({ refused }) => {
        if (refused.length) showFailure(refused[0].failure ?? { message: refused[0].reason },
          t('refused', { n: refused.length }))
      })
    }
    skip.timer = setTimeout(skip.send, skipDelay)
    this.pendingSkips.add(skip)
    const text = t('skipped', { n: rows.length })
    const step = {
      text, runs: [],
      withdraw: () => {
        if (skip.isSent) return false
        skip.isWithdrawn = true
        clearTimeout(skip.timer)
        this.pendingSkips.delete(skip)
        this.expect(rows)
        this.queue.unhide(rows)
        return true
      },
    }
    remember(step)
    this.showLast(text)
  }

  sendSkips() {
    for (const skip of [...this.pendingSkips]) {
      clearTimeout(skip.timer)
      skip.send()
    }
  }

  /** Puts the focus where the first of these was, so that the next picture slides under it. */
  stepOn(rows) {
    const gone = new Set(rows.map((row) => row.number))
    let index = this.items.findIndex((row) => gone.has(row.number))
    const left = this.items.slice(0, index).filter((row) => !gone.has(row.number)).length
    index = left
    const remaining = this.items.filter((row) => !gone.has(row.number))
    const next = remaining[Math.min(index, remaining.length - 1)]
    this.selected = new Set(next ? [next.number] : [])
    this.anchor = Math.min(index, Math.max(0, remaining.length - 1))
    this.items = remaining
    this.list.active = next ? this.anchor : -1
    this.list.items = remaining
  }

  /** These come back by an undo, and then have the focus again. */
  expect(rows) {
    this.last.hidden = true
    this.expected = new Set(rows.map((row) => row.number))
  }

  showLast(text, canUndo = true) {
    this.last.hidden = false
    fill(this.last, element('span', {}, text), canUndo && element('button', {
      type: 'button', class: 'text-button', 'data-action': 'undo-last', on: { click: undoLast },
    }, t('undo'), ' ', element('kbd', {}, 'Z')))
    announce(canUndo ? t('done_undo_z', { text }) : text)
  }

  // Detail and preview

  showDetail() {
    const row = this.items[this.list.active]
    const key = row ? `${row.number} ${this.selected.size} ${row.refusal ?? ''}` : ''
    if (key === this.shownDetail) return
    this.shownDetail = key
    if (!row) {
      fill(this.detail)
      return
    }
    clearTimeout(this.detailTimer)
    // While the arrow key is held down only the last one counts.
    this.detailTimer = setTimeout(() => fill(this.detail,
      this.selected.size > 1 && element('p', { class: 'selected-count' }, t('selected', { n: this.selected.size })),
      ...pictureDetail(row, 512)), this.detail.childElementCount ? 60 : 0)
  }

  openPreview() {
    const row = this.items[this.list.active]
    if (!row || this.preview) return
    this.previewBody = element('div', { class: 'preview', 'data-preview': row.number, tabindex: '-1', autofocus: true })
    this.preview = openDialog({
      title: t('preview'), name: 'preview', wide: true, content: this.previewBody,
      onClose: () => {
        this.preview = null
        this.list.root.focus({ preventScroll: true })
      },
    })
    this.updatePreview()
  }

  updatePreview() {
    if (!this.preview) return
    const row = this.items[this.list.active]
    if (!row) {
      this.preview.close('')
      return
    }
    if (this.previewBody.dataset.preview === String(row.number) && this.previewBody.childElementCount) return
    this.previewBody.dataset.preview = row.number
    const [picture, ...words] = pictureDetail(row, 512)
    const button = (name, action, iconName, run, primary) => element('button', {
      type: 'button', class: primary ? 'button primary' : 'button', 'data-action': action, on: { click: run },
    }, icon(iconName), t(name))
    fill(this.previewBody, picture, element('div', { class: 'preview-words' }, words,
      element('div', { class: 'actions' },
        button('accept', 'accept', 'check', () => this.accept(), true),
        button('other_class', 'choose', 'tag', () => this.choose()),
        this.queue.kind === 'waiting' && button('skip', 'skip', 'skip', () => this.skip()))))
  }

  resize(step) {
    kept.size = Math.max(0, Math.min(sizes.length - 1, kept.size + step))
    this.list.setItems(this.items, true)
    this.list.moveTo(this.list.active)
  }

  handleKey(event) {
    const open = document.querySelector('dialog[open]')
    if (event.defaultPrevented || isWriting(event) || (open && open !== this.preview) || event.altKey) return
    const { key } = event
    const onControl = event.target.closest?.('button, a, summary, input')
    const done = () => event.preventDefault()
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'a') {
      done()
      this.select(this.items.map((_, index) => index))
      this.list.paint()
      this.showDetail()
      announce(t('selected', { n: this.selected.size }))
      return
    }
    if (event.ctrlKey || event.metaKey) return
    if (key.startsWith('Arrow') || ['Home', 'End', 'PageUp', 'PageDown'].includes(key)) {
      const isLegend = onControl?.closest('.legend')
      if (isLegend || onControl?.matches('input')) return
      const to = this.list.indexForKey(key)
      if (to < 0) return
      done()
      this.move(to, { range: event.shiftKey && !this.preview })
      return
    }
    if (key === 'Escape' && !open) {
      if (this.selected.size > 1) {
        done()
        this.move(this.list.active)
      }
      return
    }
    if (!singleKeys() && event.target !== this.list.root) return
    if (/^[1-9]$/.test(key)) {
      const name = this.legend?.[Number(key) - 1]
      if (name === undefined) return
      done()
      this.give(name)
    } else if (key === 'Enter' && !onControl) {
      done()
      this.accept()
    } else if (key === ' ' && !onControl) {
      done()
      if (this.preview) this.preview.close('')
      else this.openPreview()
    } else if (key === 's' || key === 'S') {
      done()
      this.skip()
    } else if (key === 'c' || key === 'C') {
      done()
      this.choose()
    } else if (key === 'a') {
      done()
      if (!this.rest.hidden) this.acceptRest()
    } else if (key === 'x' || key === 'X') {
      done()
      this.move(this.list.active, { toggle: true })
    } else if (key === '+' || key === '=') {
      done()
      this.resize(1)
    } else if (key === '-') {
      done()
      this.resize(-1)
    } else if ((key === 'z' || key === 'Z') && open) {
      done()
      undoLast()
    }
  }

  destroy() {
    document.removeEventListener('keydown', this.onKey)
    window.removeEventListener('pagehide', this.onHide)
    this.sendSkips()
    this.preview?.close('')
    clearTimeout(this.detailTimer)
    this.stopStatus()
    this.queue.destroy()
    this.list.destroy()
  }
}
