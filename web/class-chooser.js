import { get, part } from './api.js'
import { openDialog } from './dialog.js'
import { element, fill } from './element.js'
import { t } from './language.js'
import { status } from './status.js'

const known = new Map()
const mostShown = 100

/** The classes that the model of an inbox can tell, in its order; none if it cannot be asked. */
async function classesOf(inbox) {
  const model = status()?.inboxes.find((one) => one.name === inbox)?.model
  if (!model) return []
  if (!known.has(model)) {
    const asked = get(`/v1/models/${part(model)}`).then((details) => [...new Set(details.classes)])
    known.set(model, asked)
    asked.catch(() => known.delete(model))
    setTimeout(() => known.delete(model), 60000)
  }
  return known.get(model).catch(() => [])
}

/**
 * Lets a person choose a class by typing a part of it, or write a new one.
 * @param {{inboxes: string[], likely?: string[], title?: string}} options `likely` come first
 * @returns {Promise<string|null>}
 */
export function chooseClass({ inboxes, likely = [], title }) {
  return new Promise((resolve) => {
    let all = [...new Set(likely)]
    let shown = []
    let at = 0
    const list = element('ul', { class: 'choices', id: 'class-choices', role: 'listbox', 'aria-label': t('classes') })
    const field = element('input', {
      type: 'text', class: 'field', id: 'class-field', 'aria-label': t('class'), placeholder: t('type_class'),
      role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'class-choices', 'aria-autocomplete': 'list',
      autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', autofocus: true,
    })
    const choose = (index) => {
      const choice = shown[index]
      if (!choice) return
      chosen = choice.name
      dialog.close('chosen')
    }
    let chosen = null
    const paint = () => {
      const text = field.value.trim()
      const low = text.toLowerCase()
      const begins = all.filter((name) => name.toLowerCase().startsWith(low))
      const holds = low ? all.filter((name) => !begins.includes(name) && name.toLowerCase().includes(low)) : []
      shown = [...begins, ...holds].slice(0, mostShown).map((name) => ({ name }))
      if (text && !all.includes(text)) shown.push({ name: text, isNew: true })
      at = Math.min(at, Math.max(0, shown.length - 1))
      fill(list, shown.map((choice, index) => element('li', {
        id: `class-choice-${index}`, role: 'option', 'aria-selected': String(index === at), 'data-class': choice.name,
        class: index === at ? 'at' : null, on: { click: () => choose(index) },
      }, choice.isNew ? t('new_class', { class: choice.name }) : choice.name)))
      if (shown.length) field.setAttribute('aria-activedescendant', `class-choice-${at}`)
      else field.removeAttribute('aria-activedescendant')
      list.children[at]?.scrollIntoView({ block: 'nearest' })
    }
    field.addEventListener('input', () => { at = 0; paint() })
    field.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step) {
        event.preventDefault()
        at = (at + step + shown.length) % Math.max(1, shown.length)
        paint()
      } else if (event.key === 'Enter' && !event.isComposing) {
        event.preventDefault()
        choose(at)
      }
    })
    const dialog = openDialog({
      title: title ?? t('choose_class'), name: 'class', content: [field, list],
      onClose: () => resolve(chosen),
    })
    paint()
    field.focus()
    Promise.all([...new Set(inboxes)].map(classesOf)).then((lists) => {
      all = [...new Set([...likely, ...lists.flat()])]
      if (dialog.open) paint()
    })
  })
}
