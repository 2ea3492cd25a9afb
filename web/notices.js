import { element } from './element.js'
import { icon } from './icons.js'
import { serverText, t } from './language.js'

/** What happened, in a corner for the eye and in a live region for the ear. */

const mostToasts = 3
const stays = 7000

/** Says it to a screen reader alone. */
export function announce(text) {
  const announcer = document.getElementById('announcer')
  // The same words twice are only spoken when the region changes.
  announcer.textContent = announcer.textContent === text ? text + '\u00a0' : text
}

/**
 * Shows a few words for some seconds.
 * @param {string|Node} text
 * @param {{kind?: 'done'|'error', action?: {label: string, run: () => void}}} [options]
 */
export function toast(text, { kind = 'done', action } = {}) {
  const toasts = document.getElementById('toasts')
  const close = () => {
    clearTimeout(timer)
    shown.remove()
  }
  const words = typeof text === 'string' ? element('span', {}, text) : text
  const shown = element('div', { class: `toast ${kind}`, 'data-toast': kind },
    icon(kind === 'error' ? 'error' : 'check'),
    element('div', { class: 'toast-text' }, words),
    action && element('button', {
      type: 'button', class: 'toast-action', 'data-action': 'toast-action',
      on: { click: () => { close(); action.run() } },
    }, action.label),
    element('button', { type: 'button', class: 'icon-button', 'aria-label': t('close'), on: { click: close } },
      icon('close')))
  let timer = setTimeout(close, kind === 'error' ? stays * 2 : stays)
  // Nobody reads under pressure.
  shown.addEventListener('pointerenter', () => clearTimeout(timer))
  shown.addEventListener('focusin', () => clearTimeout(timer))
  shown.addEventListener('pointerleave', () => { timer = setTimeout(close, stays) })
  toasts.append(shown)
  while (toasts.children.length > mostToasts) toasts.firstElementChild.remove()
  announce(shown.querySelector('.toast-text').textContent)
}

/** Shows what the daemon refused and what helps. */
export function showFailure(failure, what) {
  if (failure?.name === 'AbortError' || failure?.status === 401) return
  toast(element('span', {}, what && element('strong', {}, what + ' '), serverText(failure.message),
    failure.remedy && element('span', { class: 'remedy' }, serverText(failure.remedy))), { kind: 'error' })
}

/** The same inside a view or a form. */
export function failureBox(failure, retry) {
  return element('div', { class: 'failure', role: 'alert' }, icon('error'),
    element('div', {},
      element('p', {}, serverText(failure.message)),
      failure.remedy && element('p', { class: 'remedy' }, serverText(failure.remedy)),
      failure.cause && element('p', { class: 'quiet' }, serverText(String(failure.cause))),
      retry && element('button', { type: 'button', class: 'button', on: { click: retry } }, t('try_again'))))
}

/** What to say where there is nothing: what it means, and what to do next. */
export function emptyState(iconName, title, text, ...actions) {
  return element('div', { class: 'empty', 'data-empty': true }, icon(iconName),
    element('p', { class: 'empty-title' }, title),
    element('p', {}, text), actions.length ? element('div', { class: 'actions' }, actions) : null)
}
