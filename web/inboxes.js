import { get, part, post, remove } from './api.js'
import { confirm, openDialog } from './dialog.js'
import { element, fill } from './element.js'
import { onEvents } from './events.js'
import { number } from './format.js'
import { icon } from './icons.js'
import { serverText, t } from './language.js'
import { emptyState, failureBox, showFailure, toast } from './notices.js'
import { conditionList, errorWords } from './overview.js'
import { isOwner } from './session.js'
import { onStatus, refreshStatus, status } from './status.js'

/** The inboxes as they are set up, with what each setting is and where it comes from, and whether all is well. */

/** Fills the view. */
export function inboxes(root) {
  let entries = null
  let settings = []
  let isGone = false
  const body = element('div', { class: 'inbox-list' })
  const doctor = element('div', { class: 'doctor', 'aria-live': 'polite', 'data-doctor': true })
  const general = element('div', {})
  const act = (name, action, iconName, run, kind = 'button') => element('button',
    { type: 'button', class: kind, 'data-action': action, on: { click: run } }, icon(iconName), t(name))
  fill(root,
    element('div', { class: 'view-head' }, element('h1', {}, t('inboxes')),
      element('div', { class: 'tools' },
        act('doctor', 'doctor', 'check', ({ currentTarget }) => runDoctor(doctor, currentTarget)),
        isOwner() && act('reload', 'reload', 'refresh', reload),
        isOwner() && act('add_inbox', 'add-inbox', 'plus', () => openInboxForm(load), 'button primary'))),
    element('div', { class: 'scroll', tabindex: '-1' }, doctor, body, general))

  async function load() {
    try {
      const [list, config] = await Promise.all([get('/v1/inboxes'), get('/v1/config')])
      if (isGone) return
      entries = list.inboxes
      settings = config.settings
      paint()
    } catch (failure) {
      if (!isGone) fill(body, failureBox(failure, load))
    }
  }
  let painted = ''
  function paint() {
    if (!entries) return
    const now = status()
    const text = JSON.stringify([entries, settings, now?.inboxes, now?.conditions])
    if (text === painted) return
    painted = text
    const open = new Set([...body.querySelectorAll('details[open]')].map((one) => one.dataset.settings))
    const focus = root.contains(document.activeElement) ? document.activeElement.dataset.focusKey : null
    fill(body, entries.length ? entries.map((entry) => inboxPanel(entry, now, settings, load, open.has(entry.name)))
      : emptyState('inboxes', t('no_inboxes'), t('no_inboxes_next'),
        isOwner() && act('add_inbox', 'add-inbox', 'plus', () => openInboxForm(load), 'button primary')))
    const wasOpen = general.querySelector('details')?.open
    fill(general, element('details', { class: 'advanced panel', open: wasOpen },
      element('summary', {}, t('general_settings')),
      settingsTable(settings.filter((setting) => !setting.key.startsWith('inboxes.')), t('general_settings'))))
    if (focus) root.querySelector(`[data-focus-key="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true })
  }
  async function reload({ currentTarget }) {
    currentTarget.disabled = true
    try {
      const reply = await post('/v1/reload')
      toast(reply.changes.length
        ? element('span', {}, reply.changes.map((change) => element('span', { class: 'line' }, serverText(change))))
        : t('nothing_changed'))
      for (const warning of reply.warnings) toast(element('span', {}, serverText(warning)), { kind: 'error' })
      load()
    } catch (failure) {
      showFailure(failure)
    }
    currentTarget.disabled = false
  }
  const stopEvents = onEvents((events, overflowed) => {
    if (overflowed || events.some((event) => event.event === 'changed')) load()
  })
  const stopStatus = onStatus(paint)
  fill(body, element('p', { class: 'quiet loading' }, t('loading')))
  load()
  return () => {
    isGone = true
    stopEvents()
    stopStatus()
  }
}

function inboxPanel(entry, now, settings, reload, isOpen) {
  const health = now?.inboxes.find((one) => one.name === entry.name)
  const conditions = now?.conditions.filter((condition) => condition.inbox === entry.name) ?? []
  const own = settings.filter((setting) => setting.key.startsWith(`inboxes.${entry.name}.`))
    .map((setting) => ({ ...setting, key: setting.key.slice(`inboxes.${entry.name}.`.length) }))
  const isPaused = health?.state === 'paused'
  const act = (name, action, iconName, run) => element('button', {
    type: 'button', class: 'button', 'data-action': action, 'data-focus-key': `${action} ${entry.name}`,
      'aria-label': `${t(name)}: ${entry.name}`, on: { click: run },
  }, icon(iconName), t(name))
  const attempt = (run, said) => async () => {
    try {
      toast(said(await run()))
      refreshStatus()
      reload()
    } catch (failure) {
      showFailure(failure)
    }
  }
  const fact = (name, value) => element('div', {}, element('dt', {}, t(name)), element('dd', {}, value))
  return element('section', { class: 'panel inbox-panel', 'data-inbox': entry.name, 'aria-label': entry.name },
    element('div', { class: 'panel-head' }, element('h2', {}, entry.name),
      health && element('span', { class: 'state', 'data-state': health.state }, t('inbox_' + health.state)),
      element('span', { class: 'quiet small' }, t('origin_' + entry.origin)),
      element('div', { class: 'actions' },
        act(isPaused ? 'resume' : 'pause', isPaused ? 'resume' : 'pause', isPaused ? 'play' : 'pause',
          attempt(() => post(isPaused ? '/v1/resume' : '/v1/pause', { inbox: entry.name }),
            () => t(isPaused ? 'resumed' : 'paused', { name: entry.name }))),
        act('rescan', 'rescan', 'refresh',
          attempt(() => post('/v1/rescan', { inbox: entry.name, again: false }),
          () => t('rescanning', { name: entry.name }))),
        isOwner() && entry.origin === 'added' && act('remove', 'remove', 'remove', async () => {
          const isSure = await confirm({ title: t('remove_ask', { name: entry.name }),
            text: t('remove_inbox_text', { path: entry.path }), action: t('remove'), danger: true })
          if (isSure) await attempt(() => remove(`/v1/inboxes/${part(entry.name)}`),
            () => t('removed', { name: entry.name }))()
        }))),
    conditions.length > 0 && conditionList(conditions),
    element('dl', { class: 'detail-facts wide' },
      fact('from_folder', element('span', { class: 'path' }, entry.path)),
      fact('to_folder', element('span', { class: 'path' }, entry.output)),
      fact('review_folder', element('span', { class: 'path' }, entry.review)),
      fact('model', element('a', { href: `#/models/${encodeURIComponent(entry.model)}` }, entry.model)),
      fact('threshold', entry.threshold),
      health && fact('source', t('source_' + health.source)),
      health && fact('seen', number(health.counts.seen)),
      health?.health && fact('last_hour', t('came_and_decided',
        { came: health.health.arrived.hour, decided: health.health.decided.hour })),
      health?.health?.oldest_seconds >= 60 && fact('oldest_waiting', element('span', { class: 'path' },
        `${health.health.oldest} (${t('minutes', { n: Math.floor(health.health.oldest_seconds / 60) })})`)),
      health?.health?.overflows > 0 && fact('events_lost', t('times', { n: health.health.overflows })),
      health?.error && errorWords(health.error).length > 0 && fact('errors', errorWords(health.error))),
    health?.notes.length > 0 && element('ul', { class: 'notes' },
      health.notes.map((note) => element('li', {}, icon('warning'), serverText(note)))),
    own.length > 0 && element('details', { class: 'advanced', 'data-settings': entry.name, open: isOpen },
      element('summary', {}, t('all_settings')), settingsTable(own, `${t('settings')}: ${entry.name}`)))
}

function settingsTable(settings, name) {
  return element('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': name },
    element('table', { class: 'figures settings' },
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, t('setting')),
      element('th', { scope: 'col' }, t('value')), element('th', { scope: 'col' }, t('comes_from')))),
    element('tbody', {}, settings.map((setting) => element('tr',
      { class: setting.source === 'default' ? 'is-default' : null, 'data-setting': setting.key },
      element('th', { scope: 'row' }, element('code', {}, setting.key)),
      element('td', {}, setting.value !== undefined ? element('code', {}, setting.value)
        : element('span', { class: 'quiet' }, t('not_set'))),
      element('td', { class: 'quiet small' },
        setting.source === 'default' ? t('default') : element('span', { class: 'path' }, setting.source)))))))
}

async function runDoctor(root, button) {
  button.disabled = true
  fill(root, element('p', { class: 'quiet loading panel' }, t('doctor_looks')))
  try {
    const reply = await post('/v1/doctor')
    const order = { failed: 0, warning: 1, ok: 2 }
    const checks = [...reply.checks].sort((a, b) => order[a.state] - order[b.state])
    const bad = checks.filter((check) => check.state !== 'ok')
    const line = (check) => element('li',
      { class: `check ${check.state}`, 'data-check': check.code, 'data-state': check.state },
      icon(check.state === 'ok' ? 'check' : check.state === 'warning' ? 'warning' : 'error'),
      element('div', {}, element('p', {},
        element('span', { class: 'visually-hidden' }, t('check_' + check.state) + ': '), serverText(check.text)),
        check.remedy && element('p', { class: 'remedy' }, serverText(check.remedy))))
    fill(root, element('section', { class: 'panel', 'aria-labelledby': 'doctor-title' },
      element('div', { class: 'panel-head' },
        element('h2', { id: 'doctor-title' },
        reply.ok ? t('doctor_ok', { n: checks.length }) : t('doctor_bad', { n: bad.length })),
        element('button', { type: 'button', class: 'icon-button', 'aria-label': t('close'),
          on: { click: () => fill(root) } }, icon('close'))),
      bad.length > 0 && element('ul', { class: 'checks' }, bad.map(line)),
      element('details', { class: 'advanced' },
        element('summary', {}, t('doctor_fine', { n: checks.length - bad.length })),
        element('ul', { class: 'checks' }, checks.filter((check) => check.state === 'ok').map(line)))))
  } catch (failure) {
    fill(root, failureBox(failure))
  }
  button.disabled = false
}

function openInboxForm(reload) {
  const problem = element('div', { class: 'form-problem' })
  const names = [...new Set((status()?.models ?? []).filter((entry) => entry.current).map((entry) => entry.name))]
  const row = (field, input, isNeeded = true) => {
    input.id = `inbox-${field}`
    input.name = field
    input.required = isNeeded
    input.setAttribute('aria-describedby', `inbox-${field}-hint`)
    return element('div', { class: 'form-row' },
      element('label', { for: input.id }, t('field_inbox_' + field),
        isNeeded && element('span', { class: 'required', 'aria-hidden': 'true' }, ' *')), input,
      element('p', { class: 'hint', id: `inbox-${field}-hint` }, t('hint_inbox_' + field)))
  }
  const text = (example, value = '') => element('input',
    { type: 'text', class: 'field', placeholder: example, value, autocomplete: 'off', spellcheck: 'false',
    autocapitalize: 'off' })
  const form = element('form', {
    class: 'form', novalidate: true, 'data-form': 'add-inbox',
    on: {
      submit: async (event) => {
        event.preventDefault()
        fill(problem)
        const values = {}
        for (const input of form.querySelectorAll('.field')) {
          const value = input.value.trim()
          input.removeAttribute('aria-invalid')
          if (value) values[input.name] = value
          const wrong = !value && input.required ? t('is_needed', { field: t('field_inbox_' + input.name) })
            : value && ['path', 'output'].includes(input.name) && !value.startsWith('/') ? t('path_absolute') : null
          if (wrong) {
            input.setAttribute('aria-invalid', 'true')
            input.focus()
            fill(problem, element('p', { class: 'failure-text', role: 'alert' }, icon('error'), wrong))
            return
          }
        }
        try {
          await post('/v1/inboxes', values)
          dialog.close('')
          toast(t('inbox_added', { name: values.name }))
          refreshStatus()
          reload()
        } catch (failure) {
          fill(problem, failureBox(failure))
        }
      },
    },
  },
  row('name', text('camera')), row('path', text('/srv/camera/inbox')), row('output', text('/srv/camera/sorted')),
  row('model', element('select', { class: 'field' }, names.map((name) => element('option', { value: name }, name)))),
  row('threshold', text('0.80', '0.80'), false), problem,
  element('div', { class: 'dialog-actions' },
    element('button', { type: 'button', class: 'button', on: { click: () => dialog.close('') } }, t('cancel')),
    element('button', { type: 'submit', class: 'button primary', 'data-action': 'save' }, t('add_inbox'))))
  const dialog = openDialog({ title: t('add_inbox'), name: 'add-inbox', content: form })
  form.querySelector('input').focus()
}
