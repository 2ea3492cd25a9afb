import { openDialog } from './dialog.js'
import { element } from './element.js'
import { t } from './language.js'

/** Keys. Those without a modifier can be switched off, since some people speak to their machines. */

const storageKey = 'winnow-keys'

/** What each key does, for the list under "?". */
const map = [
  ['keys_everywhere', [
    [['g', 'o'], 'overview'], [['g', 'r'], 'review'], [['g', 'h'], 'history'], [['g', 'm'], 'models'],
    [['g', 'j'], 'jobs'], [['g', 'i'], 'inboxes'], [['/'], 'key_search'], [['z'], 'key_undo'], [['?'], 'key_help'],
  ]],
  ['keys_review', [
    [['←', '→', '↑', '↓'], 'key_move'], [['Shift', '→'], 'key_range'], [['Ctrl', 'A'], 'key_all'],
      [['x'], 'key_toggle'],
    [['1', '…', '9'], 'key_class'], [['Enter'], 'key_accept'], [['s'], 'key_skip'], [['c'], 'key_chooser'],
    [['a'], 'key_rest'], [['Space'], 'key_preview'], [['+', '−'], 'key_size'], [['z'], 'key_undo'],
      [['Esc'], 'key_clear'],
  ]],
]

/** Whether single keys do something. */
export function singleKeys() {
  return localStorage.getItem(storageKey) !== 'off'
}

/** Switches them on or off. */
export function setSingleKeys(on) {
  if (on) localStorage.removeItem(storageKey)
  else localStorage.setItem(storageKey, 'off')
}

/** Whether the key goes to a field that people write in, or to a control that has its own use for it. */
export function isWriting(event) {
  const target = event.target
  return target instanceof Element
    && target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]') !== null
}

/** Shows the list. */
export function showKeys() {
  if (document.querySelector('[data-dialog=keys]')) return
  openDialog({
    title: t('keys'), name: 'keys', wide: true,
    content: element('div', { class: 'key-map' }, map.map(([title, rows]) =>
      element('section', {}, element('h3', {}, t(title)),
        element('dl', {}, rows.map(([keys, text]) =>
          element('div', {}, element('dt', {}, keys.map((key) => element('kbd', {}, key))),
            element('dd', {}, t(text)))))))),
  })
}

let prefix = false
let prefixTimer = 0

/**
 * Begins listening.
 * @param {{go: (view: string) => void, search: () => void, undo: () => void}} actions
 */
export function startKeyboard({ go, search, undo }) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || isWriting(event) || event.altKey) return
    const key = event.key.toLowerCase()
    if ((event.ctrlKey || event.metaKey) && key === 'z' && !event.shiftKey) {
      event.preventDefault()
      undo()
      return
    }
    if (event.ctrlKey || event.metaKey || !singleKeys() || document.querySelector('dialog[open]')) return
    if (prefix) {
      prefix = false
      const view = { o: 'overview', r: 'review', h: 'history', m: 'models', j: 'jobs', i: 'inboxes' }[key]
      if (view) {
        event.preventDefault()
        go(view)
      }
      return
    }
    if (key === 'g') {
      prefix = true
      clearTimeout(prefixTimer)
      prefixTimer = setTimeout(() => { prefix = false }, 1500)
    } else if (key === '?') {
      event.preventDefault()
      showKeys()
    } else if (key === '/') {
      event.preventDefault()
      search()
    } else if (key === 'z') {
      event.preventDefault()
      undo()
    }
  })
}
