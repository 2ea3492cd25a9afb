import { get, part, post, remove } from './api.js'
import { confirm } from './dialog.js'
import { element, fill } from './element.js'
import { onEvents } from './events.js'
import { figureTable } from './figures.js'
import { longTime, number } from './format.js'
import { icon } from './icons.js'
import { openJobForm } from './job-forms.js'
import { serverText, t } from './language.js'
import { emptyState, failureBox, showFailure, toast } from './notices.js'
import { isOwner } from './session.js'
import { onStatus, refreshStatus } from './status.js'

/** The models with their versions: which one is live, how good each is, and going back. */

/**
 * Fills the view.
 * @param {string[]} path `NAME` or `NAME@VERSION`
 */
export function models(root, path) {
  const side = element('div', { class: 'pane-list', 'data-models': true })
  const detail = element('div', { class: 'pane-detail', tabindex: '-1' })
  fill(root,
    element('div', { class: 'view-head' }, element('h1', {}, t('models')),
      element('div', { class: 'tools' }, element('button', {
        type: 'button', class: 'button primary', 'data-action': 'train', on: { click: () => openJobForm('train') },
      }, icon('plus'), t('train')))),
    element('div', { class: 'panes' }, side, detail))
  let entries = []
  let inboxes = []
  let isGone = false
  let shown = null

  const wanted = () => {
    if (path[0]) {
      const [name, version] = path[0].split('@')
      return entries.find((entry) => entry.name === name
        && (version ? entry.version === Number(version) : entry.current))
        ?? entries.find((entry) => entry.name === name)
    }
    return window.innerWidth > 640 ? entries.find((entry) => entry.current) ?? entries[0] : undefined
  }
  const load = async () => {
    try {
      entries = (await get('/v1/models')).models
    } catch (failure) {
      if (!isGone) fill(side, failureBox(failure, load))
      return
    }
    if (!isGone) paint()
  }
  const paint = () => {
    root.classList.toggle('has-detail', Boolean(path[0]))
    if (!entries.length) {
      fill(side, emptyState('models', t('models_empty'), t('models_empty_next'),
        element('code', { class: 'block' }, 'winnowctl model pull mobilenet_v2 --from mobilenet_v2.pth'),
        element('button', { type: 'button', class: 'button', on: { click: () => openJobForm('train') } }, t('train'))))
      fill(detail)
      detail.hidden = true
      return
    }
    detail.hidden = false
    const names = [...new Set(entries.map((entry) => entry.name))].sort()
    const now = wanted()
    fill(side, names.map((name) => element('section', { class: 'model-group', 'data-model': name },
      element('h2', {}, name, usedBy(name).map((inbox) => element('span', { class: 'tag' }, inbox))),
      element('ul', {}, entries.filter((entry) => entry.name === name).sort((a,
        b) => b.version - a.version).map((entry) =>
        element('li', {}, element('a', {
          href: `#/models/${encodeURIComponent(`${entry.name}@${entry.version}`)}`, class: 'pane-row',
            'data-version': entry.version,
          'aria-current': entry === now ? 'true' : null,
        }, element('span', { class: 'strong' }, t('version', { version: entry.version })),
        entry.current && element('span', { class: 'live-mark' }, t('is_live')),
        element('span', { class: 'quiet precision' }, entry.precision.join(' · ')))))))))
    if (now) show(now)
    else fill(detail, element('p', { class: 'quiet' }, path[0] ? t('no_such_model') : ''))
  }
  const usedBy = (name) => inboxes.filter((inbox) => inbox.model.split('@')[0] === name).map((inbox) => inbox.name)
  const show = async (entry) => {
    const id = `${entry.name}@${entry.version}`
    const isSame = shown === id
    shown = id
    if (!isSame) fill(detail, element('p', { class: 'quiet loading' }, t('loading')))
    try {
      const details = await get(`/v1/models/${part(id)}`)
      if (isGone || shown !== id) return
      fill(detail, modelDetail(details, load))
    } catch (failure) {
      if (!isGone && shown === id) fill(detail, failureBox(failure, () => show(entry)))
    }
  }
  const stopEvents = onEvents((events, overflowed) => {
    if (overflowed || events.some((event) => event.event === 'changed' || event.event === 'job')) load()
  })
  const stopStatus = onStatus((now) => {
    if (!now) return
    const before = JSON.stringify(inboxes.map((inbox) => [inbox.name, inbox.model]))
    inboxes = now.inboxes
    if (entries.length && before !== JSON.stringify(inboxes.map((inbox) => [inbox.name, inbox.model]))) paint()
  })
  load()
  return {
    go(next) {
      path = next
      paint()
    },
    stop() {
      isGone = true
      stopEvents()
      stopStatus()
    },
  }
}

function modelDetail(details, reload) {
  const id = `${details.name}@${details.version}`
  const act = (name, action, iconName, run, kind = 'button') => element('button',
    { type: 'button', class: kind, 'data-action': action, on: { click: run } }, icon(iconName), t(name))
  const change = async (question, run, done) => {
    if (!await confirm(question)) return
    try {
      const reply = await run()
      toast(done(reply))
      for (const warning of reply.warnings ?? []) toast(element('span', {}, serverText(warning)))
      refreshStatus()
      reload()
    } catch (failure) {
      showFailure(failure)
    }
  }
  const promote = () => change(
    { title: t('promote_ask', { model: id }), text: t('promote_text', { model: details.name }), action: t('promote') },
    () => post(`/v1/models/${part(id)}/promote`),
      (reply) => t('is_now_live', { model: `${reply.model.split('@')[0]}@${reply.version}` }))
  const rollback = () => change(
    { title: t('rollback_ask', { model: details.name }), text: t('rollback_text'), action: t('rollback') },
    () => post(`/v1/models/${part(details.name)}/rollback`),
      (reply) => t('is_now_live', { model: `${reply.model.split('@')[0]}@${reply.version}` }))
  const drop = () => change(
    { title: t('remove_ask', { name: id }), text: t('remove_model_text'), action: t('remove'), danger: true },
    () => remove(`/v1/models/${part(id)}`), () => t('removed', { name: id }))
  const fact = (name, value) => value !== undefined && value !== null && value !== ''
    && element('div', {}, element('dt', {}, t(name)), element('dd', {}, value))
  const classes = details.classes
  return [
    element('div', { class: 'detail-head' },
      element('a', { class: 'icon-button back', href: '#/models', 'aria-label': t('back') }, icon('back')),
      element('h2', {}, details.name, ' ',
        element('span', { class: 'quiet' }, t('version', { version: details.version }))),
      details.current && element('span', { class: 'live-mark' }, t('is_live'))),
    element('div', { class: 'actions' },
      !details.current && act('promote', 'promote', 'check', promote, 'button primary'),
      details.current && details.versions.length > 1 && act('rollback', 'rollback', 'undo', rollback),
      act('evaluate', 'evaluate', 'jobs', () => openJobForm('evaluate', { model: id })),
      act('quantize', 'quantize', 'models', () => openJobForm('quantize', { model: id })),
      !details.current && isOwner() && act('remove', 'remove', 'remove', drop, 'button')),
    details.warnings.length > 0
      && element('ul', { class: 'notes' },
      details.warnings.map((warning) => element('li', {}, icon('warning'), serverText(warning)))),
    element('section', { 'aria-labelledby': 'figures-title' }, element('h3', { id: 'figures-title' }, t('figures')),
      figureTable(details.metrics)),
    element('section', { 'aria-labelledby': 'classes-title' },
      element('h3', { id: 'classes-title' }, t('classes_count', { n: classes.length })),
      element('p', { class: 'class-list' },
        classes.slice(0, 24).map((name) => element('span', { class: 'tag' }, name))),
      classes.length > 24 && element('details', {}, element('summary', {}, t('all_classes', { n: classes.length })),
        element('p', { class: 'class-list' },
          classes.slice(24).map((name) => element('span', { class: 'tag' }, name))))),
    element('section', { 'aria-labelledby': 'facts-title' },
      element('h3', { id: 'facts-title' }, t('facts')),
      element('dl', { class: 'detail-facts' },
        fact('precision', details.precision.join(', ')), fact('int8', details.int8 && serverText(details.int8)),
        fact('parent', details.parent
          && element('a', { href: `#/models/${encodeURIComponent(details.parent)}` }, details.parent)),
        fact('parameters', number(details.parameters)),
        fact('input', `${details.input.width} × ${details.input.height}`),
        fact('temperature', number(details.temperature, 3)),
        fact('created', longTime(details.created)),
        fact('digest', element('code', { class: 'hash' }, details.digest)))),
  ]
}
