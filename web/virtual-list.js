import { element } from './element.js'
import { releaseThumbnails } from './thumbnail.js'

/**
 * A list or grid of which only the rows in sight are in the document. All cells have one height, so that where each one
 * lies is known without looking. It is a listbox: the focus stays on it, and `aria-activedescendant` names the cell.
 */
export class VirtualList {
  /**
   * @param {object} options
   * @param {(item: any, index: number) => HTMLElement} options.render fills a cell
   * @param {(item: any) => string|number} options.key
   * @param {() => {width: number, height: number, gap: number}} options.cell width 0: one column
   * @param {() => void} [options.onNearEnd] more is wanted
   * @param {string} options.label
   * @param {boolean} [options.multiple]
   * @param {string} options.id
   */
  constructor(options) {
    this.options = options
    this.items = []
    this.cells = new Map()
    this.active = -1
    this.columns = 1
    this.spacer = element('div', { class: 'virtual-spacer', role: 'presentation' })
    this.root = element('div', {
      class: 'virtual-list', id: options.id, role: 'listbox', tabindex: '0', 'aria-label': options.label,
      'aria-multiselectable': options.multiple ? 'true' : null,
    }, this.spacer)
    this.root.addEventListener('scroll', () => this.paintSoon(), { passive: true })
    this.resized = new ResizeObserver(() => {
      this.measure()
      this.paintSoon()
    })
    this.resized.observe(this.root)
  }

  /** Shows these items; cells of the same key stay as they are, unless `anew`. */
  setItems(items, anew = false) {
    this.items = items
    if (anew) this.clear()
    if (this.active >= items.length) this.active = items.length - 1
    this.measure()
    this.paint()
  }

  clear() {
    for (const cell of this.cells.values()) this.drop(cell)
    this.cells.clear()
  }

  drop(cell) {
    releaseThumbnails(cell)
    cell.remove()
  }

  /** Paints the cell of an item again. */
  renew(key) {
    const cell = this.cells.get(key)
    if (!cell) return
    this.drop(cell)
    this.cells.delete(key)
    this.paintSoon()
  }

  measure() {
    const { width, height, gap } = this.options.cell()
    const inner = this.root.clientWidth - 2 * gap
    this.gap = gap
    this.columns = width ? Math.max(1, Math.floor((inner + gap) / (width + gap))) : 1
    this.cellWidth = width ? (inner - gap * (this.columns - 1)) / this.columns : this.root.clientWidth
    this.rowHeight = height + gap
    const rows = Math.ceil(this.items.length / this.columns)
    this.spacer.style.height = rows * this.rowHeight + gap + 'px'
  }

  paintSoon() {
    this.frame ||= requestAnimationFrame(() => this.paint())
  }

  paint() {
    cancelAnimationFrame(this.frame)
    this.frame = 0
    if (!this.rowHeight) return
    const top = this.root.scrollTop
    const height = this.root.clientHeight || 800
    const first = Math.max(0, Math.floor(top / this.rowHeight) - 2) * this.columns
    const last = Math.min(this.items.length, (Math.ceil((top + height) / this.rowHeight) + 2) * this.columns)
    const wanted = new Map()
    for (let index = first; index < last; index += 1) wanted.set(this.options.key(this.items[index]), index)
    if (this.active >= 0 && this.active < this.items.length) {
      // The one that has the focus has to be there to be spoken of.
      wanted.set(this.options.key(this.items[this.active]), this.active)
    }
    for (const [key, cell] of this.cells) {
      if (wanted.has(key)) continue
      this.drop(cell)
      this.cells.delete(key)
    }
    for (const [key, index] of wanted) {
      let cell = this.cells.get(key)
      if (!cell) {
        cell = this.options.render(this.items[index], index)
        cell.classList.add('virtual-cell')
        cell.setAttribute('role', 'option')
        this.cells.set(key, cell)
        this.spacer.append(cell)
      }
      cell.id = `${this.options.id}-${key}`
      cell.setAttribute('aria-posinset', index + 1)
      cell.setAttribute('aria-setsize', this.items.length)
      const isSelected = this.options.isSelected?.(this.items[index]) ?? index === this.active
      cell.setAttribute('aria-selected', isSelected)
      cell.classList.toggle('active', index === this.active)
      cell.dataset.index = index
      const x = (index % this.columns) * (this.cellWidth + this.gap) + (this.options.cell().width ? this.gap : 0)
      const y = Math.floor(index / this.columns) * this.rowHeight + this.gap
      cell.style.transform = `translate(${x}px, ${y}px)`
      cell.style.width = this.cellWidth + 'px'
      cell.style.height = this.rowHeight - this.gap + 'px'
    }
    const active = this.items[this.active]
    if (active !== undefined) this.root.setAttribute('aria-activedescendant',
      `${this.options.id}-${this.options.key(active)}`)
    else this.root.removeAttribute('aria-activedescendant')
    if (this.options.onNearEnd && last >= this.items.length - 30 * this.columns) this.options.onNearEnd()
  }

  /** Moves the focus to an item and brings it into sight. */
  moveTo(index, scroll = true) {
    if (!this.items.length) return
    this.active = Math.max(0, Math.min(this.items.length - 1, index))
    if (scroll) {
      const row = Math.floor(this.active / this.columns)
      const top = row * this.rowHeight
      const view = this.root
      if (top < view.scrollTop) view.scrollTop = top
      else if (top + this.rowHeight + this.gap > view.scrollTop + view.clientHeight) {
        view.scrollTop = top + this.rowHeight + this.gap - view.clientHeight
      }
    }
    this.paint()
  }

  /** Rows of a page, for the page keys. */
  get rowsInSight() {
    return Math.max(1, Math.floor(this.root.clientHeight / (this.rowHeight || 1)))
  }

  /** The index that a key leads to, or -1. */
  indexForKey(key) {
    const now = Math.max(0, this.active)
    if (this.active < 0 && key.startsWith('Arrow')) return this.items.length ? 0 : -1
    const to = {
      ArrowLeft: this.columns > 1 ? now - 1 : now, ArrowRight: this.columns > 1 ? now + 1 : now,
      ArrowUp: now - this.columns, ArrowDown: now + this.columns,
      Home: 0, End: this.items.length - 1,
      PageUp: now - this.columns * this.rowsInSight, PageDown: now + this.columns * this.rowsInSight,
    }[key]
    if (to === undefined) return -1
    if (to < 0) return key === 'ArrowUp' ? now : 0
    if (to >= this.items.length) return key === 'ArrowDown' && this.columns === 1 ? now : this.items.length - 1
    return to
  }

  destroy() {
    this.resized.disconnect()
    cancelAnimationFrame(this.frame)
    this.clear()
  }
}
