import { get, getText, part, post } from './api.js'
import { curves, parseCurves } from './chart.js'
import { element, fill } from './element.js'
import { onConnection, onEvents } from './events.js'
import { figureTable } from './figures.js'
import { duration, longTime, number, percent, shortTime } from './format.js'
import { icon } from './icons.js'
import { jobKinds, openJobForm } from './job-forms.js'
import { serverText, t } from './language.js'
import { emptyState, failureBox, showFailure, toast } from './notices.js'

/** Long work: what runs, how far it is, what it said and what came of it. */

/** While a job runs and somebody looks, its progress is asked for this often. */
const progressGap = 1000
const slowGap = 3000
const mostRows = 200
const resumable = new Set(['crawl', 'clean', 'split', 'train'])
const live = new Set(['queued', 'running'])

/**
 * Fills the view.
 * @param {string[]} path the job's id
 */
export function jobs(root, path) {
  const side = element('div', { class: 'pane-list', 'data-jobs': true })
  const detail = element('div', { class: 'pane-detail', tabindex: '-1', 'data-job-detail': true })
  const menu = startMenu()
  fill(root,
    element('div', { class: 'view-head' }, element('h1', {}, t('jobs')), element('div', { class: 'tools' }, menu)),
    element('div', { class: 'panes' }, side, detail))
  let list = []
  let isGone = false
  let timer = 0
  let isStale = false
  let shown = null
  root.classList.toggle('has-detail', Boolean(path[0]))

  const load = async () => {
    clearTimeout(timer)
    timer = 0
    if (document.hidden) {
      isStale = true
      return
    }
    isStale = false
    try {
      list = (await get('/v1/jobs')).jobs
    } catch (failure) {
      if (!isGone) fill(side, failureBox(failure, load))
      return
    }
    if (isGone) return
    paint()
    if (list.some((job) => live.has(job.state))) timer = setTimeout(load, progressGap)
  }
  const loadSoon = () => { timer ||= setTimeout(load, 150) }
  const paint = () => {
    const order = (job) => (job.state === 'running' ? 0 : job.state === 'queued' ? 1 : 2)
    list.sort((a, b) => order(a) - order(b) || Date.parse(b.created) - Date.parse(a.created))
    if (!list.length) {
      fill(side, emptyState('jobs', t('jobs_empty'), t('jobs_empty_next'),
        element('button', { type: 'button', class: 'button primary', on: { click: () => openJobForm('train') } },
          t('train'))))
      detail.hidden = true
      return
    }
    detail.hidden = false
    const id = path[0] ?? (window.innerWidth > 640 ? list[0].id : undefined)
    const rows = new Map([...side.querySelectorAll('[data-job]')].map((row) => [row.dataset.job, row]))
    const wanted = list.slice(0, mostRows).map((job) => {
      const text = JSON.stringify([job.state, job.progress, job.text, job.id === id])
      const old = rows.get(job.id)
      if (old && old.dataset.painted === text) return old
      const made = jobRow(job, job.id === id)
      made.dataset.painted = text
      // A bar that is made anew would not glide.
      if (old) {
        const hadFocus = old.contains(document.activeElement)
        old.replaceWith(made)
        if (hadFocus) made.focus()
      }
      return made
    })
    let holder = side.querySelector('ul')
    if (!holder) fill(side, holder = element('ul', { class: 'job-list' }))
    wanted.forEach((row, index) => {
      const item = row.parentElement ?? element('li', {}, row)
      if (holder.children[index] !== item) holder.insertBefore(item, holder.children[index] ?? null)
    })
    while (holder.children.length > wanted.length) holder.lastElementChild.remove()
    if (list.length > mostRows) holder.append(element('li', { class: 'quiet older' },
      t('older_jobs', { n: list.length - mostRows })))
    if (id === undefined) return
    const job = list.find((one) => one.id === id)
    if (!job) {
      fill(detail, element('p', { class: 'quiet' }, t('no_such_job')))
      return
    }
    if (shown?.id !== id) {
      shown?.stop()
      shown = new JobDetail(detail, id)
    }
    shown.update(job)
  }
  const stopEvents = onEvents((events, overflowed) => {
    if (overflowed || events.some((event) => event.event === 'job')) loadSoon()
  })
  let wasLost = false
  const stopConnection = onConnection((state) => {
    if (state === 'lost') wasLost = true
    else if (state === 'open' && wasLost) {
      wasLost = false
      loadSoon()
    }
  })
  const onVisible = () => {
    if (!document.hidden && (isStale || list.some((job) => live.has(job.state)))) loadSoon()
  }
  document.addEventListener('visibilitychange', onVisible)
  fill(side, element('p', { class: 'quiet loading' }, t('loading')))
  load()
  return {
    go(next) {
      path = next
      root.classList.toggle('has-detail', Boolean(path[0]))
      if (!path[0] || list.some((job) => job.id === path[0])) paint()
      else loadSoon()
    },
    stop() {
      isGone = true
      clearTimeout(timer)
      shown?.stop()
      stopEvents()
      stopConnection()
      document.removeEventListener('visibilitychange', onVisible)
      menu.close()
    },
  }
}

function startMenu() {
  const items = element('div',
    { class: 'menu', popover: 'auto', id: 'start-menu', role: 'menu', 'aria-label': t('start_menu') },
    jobKinds.map((kind) => element('button', {
      type: 'button', role: 'menuitem', 'data-action': `start-${kind}`,
      on: { click: () => { items.hidePopover(); openJobForm(kind) } },
    }, element('span', { class: 'strong' }, t('kind_of_' + kind)),
      element('span', { class: 'quiet small' }, t('short_' + kind)))))
  items.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const all = [...items.children]
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus()
  })
  const button = element('button', {
    type: 'button', class: 'button primary', 'data-action': 'start-menu', popovertarget: 'start-menu',
      'aria-haspopup': 'menu',
  }, icon('plus'), t('start_menu'), icon('down'))
  items.addEventListener('toggle', (event) => {
    if (event.newState !== 'open') return
    const { bottom, right } = button.getBoundingClientRect()
    items.style.top = bottom + 4 + 'px'
    items.style.right = Math.max(8, document.documentElement.clientWidth - right) + 'px'
    items.firstElementChild.focus()
  })
  const holder = element('div', {}, button, items)
  holder.close = () => { if (items.matches(':popover-open')) items.hidePopover() }
  return holder
}

function jobName(job) {
  const known = t('kind_of_' + job.kind)
  return known === 'kind_of_' + job.kind ? job.kind : known
}

/** What a job is about, in a few words. */
function subject(job) {
  const spec = job.spec ?? {}
  const name = spec.name ?? spec.model
  const folder = spec.folder ?? spec.into
  return [name, spec.keyword, folder && folder.split('/').filter(Boolean).at(-1),
    spec.inbox].filter(Boolean).join(' · ')
}

function jobRow(job, isCurrent) {
  return element('a', {
    class: 'pane-row job-row', href: `#/jobs/${encodeURIComponent(job.id)}`, 'data-job': job.id,
      'data-state': job.state, 'data-kind': job.kind,
    'aria-current': isCurrent ? 'true' : null,
  },
  element('span', { class: 'job-name' }, element('span', { class: 'strong' }, jobName(job)), ' ',
    element('span', { class: 'quiet' }, subject(job))),
  element('span', { class: 'state', 'data-state': job.state }, t('job_' + job.state)),
  element('span', { class: 'quiet small job-text' },
    live.has(job.state) ? serverText(job.text ?? '') : shortTime(job.finished ?? job.created)),
  live.has(job.state) && progressBar(job))
}

function progressBar(job) {
  const bar = element('span', {
    class: 'progress', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100',
      'aria-valuenow': Math.round(job.progress * 100),
    'aria-label': jobName(job),
  }, element('span', {}))
  bar.firstChild.style.transform = `scaleX(${job.progress})`
  return bar
}

/** One job, whose parts are asked for as they are needed. */
class JobDetail {
  constructor(root, id) {
    this.root = root
    this.id = id
    this.head = element('div', {})
    this.charts = element('section', { 'data-curves': true, hidden: true })
    this.result = element('div', {})
    this.log = element('ol', { class: 'log', tabindex: '0', 'aria-label': t('log'), 'data-log': true })
    this.logSection = element('section', {}, element('h3', {}, t('log')), this.log)
    this.spec = element('div', {})
    this.lastSlow = 0
    fill(root, this.head, this.charts, this.result, this.logSection, this.spec)
  }

  update(job) {
    const isLive = live.has(job.state)
    const text = JSON.stringify(job)
    if (text !== this.painted) {
      this.painted = text
      const hadFocus = this.head.contains(document.activeElement) ? document.activeElement.dataset.action : null
      fill(this.head, this.headOf(job))
      if (hadFocus) this.head.querySelector(`[data-action="${hadFocus}"]`)?.focus()
    }
    const wasLive = this.wasLive
    this.wasLive = isLive
    if (!isLive && (wasLive === true || wasLive === undefined)) {
      fill(this.result, resultOf(job))
      fill(this.spec, specOf(job))
      this.loadSlow(job)
    } else if (isLive) {
      if (wasLive !== true) {
        fill(this.result)
        fill(this.spec, specOf(job))
      }
      if (performance.now() - this.lastSlow > slowGap) this.loadSlow(job)
    }
  }

  headOf(job) {
    const isLive = live.has(job.state)
    const started = Date.parse(job.started ?? job.created)
    const took = ((job.finished ? Date.parse(job.finished) : Date.now()) - started) / 1000
    const act = (name, iconName, run, kind = 'button') => element('button',
      { type: 'button', class: kind, 'data-action': name, on: { click: run } }, icon(iconName), t(name))
    const change = (verb) => async ({ currentTarget }) => {
      currentTarget.disabled = true
      try {
        const next = await post(`/v1/jobs/${part(job.id)}/${verb}`)
        if (next.id && next.id !== job.id) location.hash = `#/jobs/${encodeURIComponent(next.id)}`
        toast(t(verb === 'cancel' ? 'cancel_asked' : 'resumed_job'))
      } catch (failure) {
        showFailure(failure)
        currentTarget.disabled = false
      }
    }
    const model = job.state === 'done' && job.result?.model && job.result.version !== undefined
      ? `${job.result.model.split('@')[0]}@${job.result.version}` : null
    return [
      element('div', { class: 'detail-head' },
        element('a', { class: 'icon-button back', href: '#/jobs', 'aria-label': t('back') }, icon('back')),
        element('h2', {}, jobName(job), ' ', element('span', { class: 'quiet' }, subject(job))),
        element('span', { class: 'state', 'data-state': job.state }, t('job_' + job.state))),
      isLive && element('div', { class: 'big-progress' }, progressBar(job),
        element('span', { class: 'strong' }, percent(job.progress))),
      element('p', { class: 'job-says' }, serverText(job.text ?? '')),
      job.error && failureBox(job.error),
      element('p', { class: 'quiet small' }, element('time', { datetime: job.created }, longTime(job.created)),
        started ? [' · ', t('took', { time: duration(took) })] : null, job.by && [' · ', job.by], ' · ',
          t('job_number', { id: job.id })),
      element('div', { class: 'actions' },
        isLive && act('cancel_job', 'stop', change('cancel')),
        ['failed', 'cancelled', 'interrupted'].includes(job.state) && resumable.has(job.kind)
          && act('resume_job', 'play', change('resume'), 'button primary'),
        (job.kind === 'evaluate' || job.result?.report) && job.state === 'done' && element('a', {
          class: 'button primary', href: `/v1/jobs/${part(job.id)}/report`, target: '_blank', rel: 'noopener',
            'data-action': 'report',
        }, icon('external'), t('report')),
        model && element('a', { class: 'button', href: `#/models/${encodeURIComponent(model)}`,
          'data-action': 'open-model' }, icon('models'), model)),
    ]
  }

  async loadSlow(job) {
    this.lastSlow = performance.now()
    const [csv, log] = await Promise.all([
      job.kind === 'train' ? getText(`/v1/jobs/${part(job.id)}/curves`, 'text/csv').catch(() => null) : null,
      get(`/v1/jobs/${part(job.id)}/log`).catch(() => null),
    ])
    if (this.isGone) return
    const epochs = csv ? parseCurves(csv) : []
    this.charts.hidden = csv === null || (!epochs.length && !live.has(job.state))
    if (!this.charts.hidden) fill(this.charts, element('h3', {}, t('curves')),
      curves(epochs, live.has(job.state) ? job.spec?.epochs : 0))
    const lines = log?.lines ?? []
    this.logSection.hidden = !lines.length
    if (lines.length) {
      const isAtEnd = this.log.scrollTop + this.log.clientHeight >= this.log.scrollHeight - 8
      fill(this.log, lines.map((line) => element('li', {},
        element('time', { class: 'quiet', datetime: line.time }, shortTime(line.time)), ' ', serverText(line.text))))
      if (isAtEnd) this.log.scrollTop = this.log.scrollHeight
    }
  }

  stop() {
    this.isGone = true
  }
}

function specOf(job) {
  const entries = Object.entries(job.spec ?? {}).filter(([, value]) => value !== null && typeof value !== 'object')
  return entries.length > 0 && element('details', { class: 'advanced' }, element('summary', {}, t('asked_for')),
    facts(entries))
}

function resultName(name) {
  const known = t('result_' + name)
  return known === 'result_' + name ? name.replaceAll('_', ' ') : known
}

function facts(entries) {
  return element('dl', { class: 'detail-facts' }, entries.map(([name, value]) =>
    element('div', {}, element('dt', {}, resultName(name)),
      element('dd', {}, typeof value === 'number' ? number(value, value < 100 ? 4 : 1) : typeof value === 'boolean'
        ? t(value ? 'yes' : 'no') : String(value)))))
}

/** What came of it: figures as figures, warnings as warnings, the rest as it is. */
function resultOf(job) {
  const result = job.result
  if (!result || typeof result !== 'object') return null
  const figures = { ...result.metrics }
  for (const [name, value] of Object.entries(result)) {
    if (value && typeof value === 'object' && typeof value.value === 'number') figures[name] = value
  }
  if (job.kind === 'evaluate' && typeof result.ece === 'number') figures.ece = { value: result.ece }
  const plain = Object.entries(result).filter(([name, value]) =>
    !['warnings', 'schema', 'ece', 'promotion'].includes(name) && ['string', 'number', 'boolean'].includes(typeof value)
      && !name.endsWith('_base64'))
  if (result.pictures && typeof result.pictures === 'object') {
    plain.push(['taught', result.pictures.taught], ['tested', result.pictures.tested])
    for (const [reason, count] of Object.entries(result.pictures.left_out ?? {})) plain.push([`left_out: ${reason}`,
      count])
  }
  const classes = Array.isArray(result.classes) && result.classes.length && typeof result.classes[0] === 'object'
    && result.classes[0].parts ? result.classes : null
  return element('section', { 'data-result': true }, element('h3', {}, t('result')),
    result.promotion && element('p', {}, serverText(result.promotion)),
    result.warnings?.length > 0
      && element('ul', { class: 'notes' },
      result.warnings.map((warning) => element('li', {}, icon('warning'), serverText(warning)))),
    Object.keys(figures).length > 0 && figureTable(figures),
    classes && partsTable(classes),
    plain.length > 0 && facts(plain))
}

function partsTable(classes) {
  const parts = [...new Set(classes.flatMap((one) => Object.keys(one.parts)))].sort((a, b) => ['train', 'val',
    'test'].indexOf(a) - ['train', 'val', 'test'].indexOf(b))
  return element('table', { class: 'figures' },
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, t('class')),
      parts.map((name) => element('th', { scope: 'col', class: 'right' }, name)))),
    element('tbody', {}, classes.map((one) => element('tr', {}, element('th', { scope: 'row' }, one.class),
      parts.map((name) => element('td', { class: 'right' }, number(one.parts[name] ?? 0)))))))
}
