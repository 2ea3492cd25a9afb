import { element } from './element.js'
import { icon } from './icons.js'
import { t } from './language.js'

let count = 0

/**
 * Opens a dialog over the page.
 * @param {object} options
 * @param {string} options.title
 * @param {Node|Node[]} options.content
 * @param {string} options.name tells dialogs apart in the document
 * @param {boolean} [options.wide]
 * @param {(result: string) => void} [options.onClose]
 * @returns {HTMLDialogElement}
 */
export function openDialog({ title, content, name, wide, onClose }) {
  const heading = `dialog-${(count += 1)}`
  const before = document.activeElement
  const dialog = element('dialog', { class: wide ? 'wide' : null, 'aria-labelledby': heading, 'data-dialog': name },
    element('div', { class: 'dialog-head' },
      element('h2', { id: heading }, title),
      element('button', {
        type: 'button', class: 'icon-button', 'aria-label': t('close'), 'data-action': 'close',
        on: { click: () => dialog.close('') },
      }, icon('close'))),
    element('div', { class: 'dialog-body' }, content))
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close('')
  })
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (before?.isConnected) before.focus({ preventScroll: true })
    onClose?.(dialog.returnValue)
  })
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}

/**
 * Asks before something that many people will notice.
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, action, danger }) {
  return new Promise((resolve) => {
    const dialog = openDialog({
      title, name: 'confirm',
      content: [
        element('p', {}, text),
        element('div', { class: 'dialog-actions' },
          element('button', { type: 'button', class: 'button', 'data-action': 'cancel',
            on: { click: () => dialog.close('') } }, t('cancel')),
          element('button', {
            type: 'button', class: danger ? 'button danger' : 'button primary', 'data-action': 'confirm',
              autofocus: true,
            on: { click: () => dialog.close('yes') },
          }, action)),
      ],
      onClose: (result) => resolve(result === 'yes'),
    })
  })
}
