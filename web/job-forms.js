import { part, post } from './api.js'
import { openDialog } from './dialog.js'
import { element, fill } from './element.js'
import { icon } from './icons.js'
import { t } from './language.js'
import { failureBox, toast } from './notices.js'
import { isOwner } from './session.js'
import { status } from './status.js'

/** The forms that start work: what each field is called, what it means, and what it is without an answer. */

const modelNames = () => {
  const now = status()
  return now ? now.models.flatMap((entry) => (entry.current ? [entry.name] : [`${entry.name}@${entry.version}`])) : []
}
const inboxNames = () => status()?.inboxes.map((inbox) => inbox.name) ?? []
const architectures = ['mobilenet_v2', 'mobilenet_v3_small', 'mobilenet_v3_large', 'resnet18', 'resnet34', 'resnet50',
  'resnet101',
  'resnet50d', 'squeezenet1_1', 'efficientnet_b0', 'convnext_tiny']
const sources = ['wikimedia', 'openverse', 'baidu', 'page', 'list', 'folder']

/** `kind`: path, text, int, float, bool, choice, list. `field` is the key in the request. */
const forms = {
  train: {
    path: () => '/v1/train',
    fields: [
      { field: 'folder', kind: 'path', example: '/srv/pictures/labelled' },
      { field: 'inbox', kind: 'choice', options: () => ['', ...inboxNames()], none: 'none' },
      { field: 'name', kind: 'text', required: true, example: 'flowers' },
      { field: 'method', kind: 'choice', options: () => ['auto', 'head', 'finetune'], words: 'method_' },
    ],
    advanced: [
      { field: 'backbone', kind: 'choice', options: () => ['', ...modelNames()] },
      { field: 'architecture', kind: 'choice', options: () => ['', ...architectures] },
      { field: 'promote', kind: 'choice', options: () => ['', 'if-better', 'if-not-worse'], words: 'promote_' },
      { field: 'test_share', kind: 'float', min: 0, max: 0.5, step: 0.01, example: '0.15' },
      { field: 'epochs', kind: 'int', min: 1, max: 1000 }, { field: 'batch', kind: 'int', min: 2, max: 1024 },
      { field: 'side', kind: 'int', min: 32, max: 1024 },
        { field: 'rate', kind: 'float', min: 1e-7, max: 1, step: 'any' },
      { field: 'precision', kind: 'choice', options: () => ['', 'fp32', 'bf16'] },
      { field: 'threads', kind: 'int', min: 1, max: 1024 }, { field: 'seed', kind: 'int', min: 0, example: '0' },
    ],
    check: (values) => (values.folder || values.inbox ? null : t('folder_or_inbox')),
  },
  evaluate: {
    path: (values) => `/v1/models/${part(values.model)}/evaluate`,
    fields: [
      { field: 'model', kind: 'choice', options: modelNames, required: true, isPath: true },
      { field: 'folder', kind: 'path', required: true, example: '/srv/pictures/test' },
    ],
    advanced: [{ field: 'output', kind: 'path', example: '/srv/pictures/report' }],
  },
  crawl: {
    path: () => '/v1/dataset/crawl',
    fields: [
      { field: 'source', kind: 'choice', options: () => sources, required: true, words: 'source_of_' },
      { field: 'keyword', kind: 'text', example: 'dandelion' },
      { field: 'into', kind: 'path', required: true, example: '/srv/pictures/crawled/dandelion' },
      { field: 'count', kind: 'int', min: 1, value: 100 },
    ],
    advanced: [
      { field: 'from', kind: 'path' }, { field: 'min_side', kind: 'int', min: 1, example: '128' },
      { field: 'contact', kind: 'text', example: 'me@example.org' },
        { field: 'rate', label: 'crawl_rate', kind: 'float', min: 0.01, step: 'any' },
      { field: 'base', kind: 'text' }, { field: 'allowed_hosts', kind: 'list', ownerOnly: true },
    ],
  },
  clean: {
    path: () => '/v1/dataset/clean',
    fields: [
      { field: 'folder', kind: 'path', required: true, example: '/srv/pictures/crawled' },
      { field: 'dry_run', kind: 'bool' },
    ],
    advanced: [{ field: 'model', label: 'doubt_model', kind: 'choice', options: () => ['', ...modelNames()],
      none: 'none' }, { field: 'name', label: 'file_names', kind: 'text' }, { field: 'apply', kind: 'path' }],
  },
  split: {
    path: () => '/v1/dataset/split',
    fields: [
      { field: 'folder', kind: 'path', required: true, example: '/srv/pictures/crawled_cleaned' },
      { field: 'ratios', kind: 'text', value: '6:2:2' },
    ],
    advanced: [{ field: 'placing', kind: 'choice', options: () => ['copy', 'link', 'reflink'], words: 'placing_' },
      { field: 'seed', kind: 'int', min: 0, example: '0' }],
  },
  check: { path: () => '/v1/dataset/check',
    fields: [{ field: 'folder', label: 'split_folder', kind: 'path', required: true,
    example: '/srv/pictures/crawled_split' }] },
  info: { path: () => '/v1/dataset/info',
    fields: [{ field: 'folder', kind: 'path', required: true, example: '/srv/pictures/labelled' }],
    advanced: [{ field: 'page', kind: 'path' }] },
  quantize: {
    path: (values) => `/v1/models/${part(values.model)}/quantize`,
    fields: [
      { field: 'model', kind: 'choice', options: modelNames, required: true, isPath: true },
      { field: 'data', kind: 'path', example: '/srv/pictures/labelled' },
    ],
  },
}

/** A field's name; `label` where the same key means something else elsewhere. */
const nameOf = (spec) => t(`field_${spec.label ?? spec.field}`)

/** What can be started, most usual first. */
export const jobKinds = Object.keys(forms)

/**
 * Opens the form of a kind of work.
 * @param {string} kind
 * @param {Object<string, string>} [given] answers that are known already
 */
export function openJobForm(kind, given = {}) {
  const form = forms[kind]
  const inputs = new Map()
  const problem = element('div', { class: 'form-problem' })
  const row = (spec) => {
    const id = `job-${spec.field}`
    const name = nameOf(spec)
    const hint = t(`hint_${spec.label ?? spec.field}`)
    const value = given[spec.field] ?? spec.value ?? ''
    let input
    if (spec.kind === 'choice') {
      const options = spec.options()
      if (value && !options.includes(value)) options.unshift(value)
      input = element('select', { class: 'field', id, name: spec.field, 'aria-describedby': `${id}-hint`,
        required: spec.required },
        options.map((option) => element('option', { value: option, selected: option === value },
          spec.words ? t(spec.words + (option || 'none')) : option || t(spec.none ?? 'automatic'))))
    } else if (spec.kind === 'bool') {
      input = element('input', { type: 'checkbox', id, name: spec.field, checked: Boolean(value),
        'aria-describedby': `${id}-hint` })
    } else {
      const isNumber = spec.kind === 'int' || spec.kind === 'float'
      input = element('input', {
        class: 'field', id, name: spec.field, value: String(value), required: spec.required,
          'aria-describedby': `${id}-hint`,
        type: isNumber ? 'number' : 'text', min: spec.min, max: spec.max, step: isNumber ? spec.step ?? 1 : null,
        placeholder: spec.example, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off',
      })
    }
    inputs.set(spec, input)
    return element('div', { class: spec.kind === 'bool' ? 'form-row check' : 'form-row' },
      element('label', { for: id }, name,
        spec.required && element('span', { class: 'required', 'aria-hidden': 'true' }, ' *')), input,
      element('p', { class: 'hint', id: `${id}-hint` }, hint))
  }
  const usable = (specs) => (specs ?? []).filter((spec) => !spec.ownerOnly || isOwner())
  const send = element('button', { type: 'submit', class: 'button primary', 'data-action': 'start' }, t('start'))
  const body = element('form', {
    class: 'form', novalidate: true, 'data-form': kind,
    on: {
      submit: async (event) => {
        event.preventDefault()
        fill(problem)
        const values = {}
        for (const [spec, input] of inputs) {
          input.removeAttribute('aria-invalid')
          const text = input.value.trim()
          if (spec.kind === 'bool') {
            if (input.checked) values[spec.field] = true
            continue
          }
          if (!text) {
            if (spec.required) return refuse(input, t('is_needed', { field: nameOf(spec) }))
            continue
          }
          if (spec.kind === 'path' && !text.startsWith('/')) return refuse(input, t('path_absolute'))
          if (!input.checkValidity()) return refuse(input, input.validationMessage)
          values[spec.field] = spec.kind === 'int' || spec.kind === 'float' ? Number(text) : spec.kind === 'list'
            ? text.split(/[\s,]+/) : text
        }
        const wrong = form.check?.(values)
        if (wrong) return refuse([...inputs.values()][0], wrong)
        const path = form.path(values)
        for (const spec of inputs.keys()) if (spec.isPath) delete values[spec.field]
        send.disabled = true
        try {
          const job = await post(path, values)
          dialog.close('')
          toast(t('job_started', { kind: t('kind_of_' + kind) }))
          location.hash = `#/jobs/${encodeURIComponent(job.id)}`
        } catch (failure) {
          fill(problem, failureBox(failure))
        }
        send.disabled = false
        return undefined
      },
    },
  },
  element('p', { class: 'quiet form-about' }, t('about_' + kind)),
  usable(form.fields).map(row),
  usable(form.advanced).length > 0
    && element('details', { class: 'advanced' }, element('summary', {}, t('advanced')), usable(form.advanced).map(row)),
  problem,
  element('div', { class: 'dialog-actions' },
    element('button', { type: 'button', class: 'button', on: { click: () => dialog.close('') } }, t('cancel')), send))
  const refuse = (input, message) => {
    input.closest('details')?.setAttribute('open', '')
    input.setAttribute('aria-invalid', 'true')
    input.focus()
    fill(problem, element('p', { class: 'failure-text', role: 'alert' }, icon('error'), message))
  }
  const dialog = openDialog({ title: t('kind_of_' + kind), name: `job-${kind}`, content: body })
  body.querySelector('input, select')?.focus()
}
