import { post } from './api.js'
import { classifyPanel } from './classify.js'
import { element, fill } from './element.js'
import { bytes, longTime, number, percent, shortTime } from './format.js'
import { icon } from './icons.js'
import { serverText, t } from './language.js'
import { liveFeed } from './live-feed.js'
import { emptyState, failureBox, showFailure } from './notices.js'
import { onStatus, refreshStatus } from './status.js'

/** The first view: what is wrong, where each inbox stands, and what happens now. */

/** Fills the view. */
export function overview(root) {
  const conditions = element('div', { class: 'conditions', 'data-conditions': true })
  const inboxes = element('div', { class: 'inbox-cards' })
  const facts = element('p', { class: 'facts', 'data-facts': true })
  const pauseAll = element('span', { class: 'actions' })
  const classify = classifyPanel()
  const feed = liveFeed()
  fill(root,
    element('div', { class: 'view-head' }, element('h1', {}, t('overview')), facts, pauseAll),
    element('div', { class: 'scroll', tabindex: '-1' },
      conditions,
      element('div', { class: 'overview-columns' },
        element('div', { class: 'overview-main' },
          element('section', { 'aria-labelledby': 'inbox-cards-title', class: 'bare-panel' },
            element('div', { class: 'panel-head' }, element('h2', { id: 'inbox-cards-title' }, t('inboxes')),
              element('a', { href: '#/inboxes' }, t('settings'))), inboxes),
          feed),
        element('div', { class: 'overview-side' }, classify))))

  let painted = ''
  const stop = onStatus((now, failure) => {
    if (!now) {
      fill(conditions, failureBox(failure, refreshStatus))
      return
    }
    fill(facts, factsOf(now))
    // Only what changed is painted, so that a focus stays where it is.
    const next = JSON.stringify([now.conditions, now.inboxes, now.state])
    if (next === painted) return
    painted = next
    const focused = root.contains(document.activeElement) ? document.activeElement.dataset.focusKey : null
    fill(conditions, now.conditions.length ? conditionList(now.conditions) : null)
    fill(inboxes, now.inboxes.length ? now.inboxes.map((inbox) => inboxCard(inbox))
      : emptyState('inboxes', t('no_inboxes'), now.models.length ? t('no_inboxes_next') : t('no_models_next'),
        element('a', { class: 'button primary', href: now.models.length ? '#/inboxes' : '#/models' },
          now.models.length ? t('add_inbox') : t('models'))))
    const isAllPaused = now.inboxes.length > 0 && now.inboxes.every((inbox) => inbox.state === 'paused')
    fill(pauseAll, now.inboxes.length > 1 && pauseButton(null, isAllPaused))
    if (focused) root.querySelector(`[data-focus-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
  })
  return () => {
    stop()
    classify.stop()
    feed.stop()
  }
}

function factsOf(now) {
  const worker = [now.worker.device, now.worker.precision].filter(Boolean).join(' ')
  return [
    element('span', { class: 'state', 'data-state': now.state }, t('state_' + now.state)),
    element('span', {}, t('worker'), ' ', t('worker_' + now.worker.state), worker && ` · ${worker}`),
    element('span', {}, t('memory'), ' ', bytes(now.memory.rss + (now.memory.worker ?? 0))),
    element('span', {}, t('corrections_count', { n: now.corrections })),
  ]
}

/** What is not as it should be, worst first, with what helps. */
export function conditionList(conditions) {
  const order = { error: 0, warning: 1 }
  const sorted = [...conditions].sort((a, b) => order[a.severity] - order[b.severity])
  return element('section', { 'aria-labelledby': 'conditions-title' },
    element('h2', { id: 'conditions-title', class: 'visually-hidden' }, t('needs_attention')),
    element('ul', { class: 'condition-list' }, sorted.map((condition) =>
      element('li', { class: `condition ${condition.severity}`, 'data-condition': condition.code,
        'data-inbox': condition.inbox },
        icon(condition.severity === 'error' ? 'error' : 'warning'),
        element('div', {},
          element('p', { class: 'condition-text' },
            element('span', { class: 'visually-hidden' }, t('severity_' + condition.severity) + ': '),
            serverText(condition.text)),
          element('p', { class: 'remedy' }, serverText(condition.remedy)),
          element('p', { class: 'quiet small' }, element('code', {}, condition.code),
            condition.inbox && [' · ', condition.inbox],
            ' · ', element('time', { datetime: condition.since, title: longTime(condition.since) },
              t('since', { time: shortTime(condition.since) }))))))))
}

function inboxCard(inbox) {
  const counts = inbox.counts
  const seen = Math.max(1, counts.seen)
  const rest = ['settling', 'quarantined', 'left', 'failed'].filter((name) => counts[name] > 0)
  const bar = element('div', { class: 'share-bar', 'aria-hidden': 'true' },
    [['sorted', counts.sorted], ['review', counts.review],
      ['other', counts.quarantined + counts.left + counts.failed]].map(([name, count]) => {
      const piece = element('span', { class: name })
      piece.style.width = (count / seen) * 100 + '%'
      return piece
    }))
  return element('article', { class: 'inbox-card', 'data-inbox': inbox.name, 'data-state': inbox.state },
    element('div', { class: 'inbox-card-head' },
      element('h3', { title: inbox.path }, inbox.name),
      element('span', { class: 'state', 'data-state': inbox.state }, t('inbox_' + inbox.state)),
      pauseButton(inbox.name, inbox.state === 'paused')),
    element('dl', { class: 'counts' },
      count('sorted', counts.sorted),
      element('div', { 'data-count': 'review' }, element('dt', {}, t('count_review')),
        element('dd', {}, counts.review > 0
          ? element('a', { href: `#/review/${encodeURIComponent(inbox.name)}` }, number(counts.review)) : '0')),
      rest.map((name) => count(name, counts[name]))),
    bar,
    element('p', { class: 'quiet small inbox-card-foot' },
      element('a', { href: `#/models/${encodeURIComponent(inbox.model)}` }, inbox.model), ' · ',
        t('source_' + inbox.source),
      inbox.state === 'resting' && [' · ', serverText(inbox.notes[0])],
      inbox.error && errorWords(inbox.error).length > 0 && [' · ', errorWords(inbox.error)]))
}

function count(name, value) {
  return element('div', { 'data-count': name }, element('dt', {}, t('count_' + name)), element('dd', {}, number(value)))
}

/** How many of what was sorted is wrong, as far as it is known. */
export function errorWords({ promised, observed, corrected }) {
  const words = []
  if (observed && observed.value !== undefined) {
    words.push(element('span', { title: t('error_of', { n: observed.looked_at }) }, t('error_observed', {
      value: percent(observed.value, 1), low: percent(observed.low, 1), high: percent(observed.high, 1),
    })))
  }
  if (promised !== undefined) words.push(words.length ? ', ' : '', t('error_promised', { value: percent(promised, 1) }))
  if (corrected > 0) words.push(words.length ? ', ' : '', t('error_corrected', { n: corrected }))
  return words
}

function pauseButton(name, isPaused) {
  const verb = isPaused ? 'resume' : 'pause'
  const label = name === null ? t(verb + '_all') : t(verb)
  return element('button', {
    type: 'button', class: name === null ? 'button' : 'icon-button', 'data-action': verb, 'data-inbox': name,
      'data-focus-key': 'pause ' + name,
    title: label, 'aria-label': name === null ? null : `${label}: ${name}`,
    on: {
      click: async ({ currentTarget }) => {
        currentTarget.disabled = true
        try {
          await post('/v1/' + verb, name === null ? {} : { inbox: name })
        } catch (failure) {
          showFailure(failure)
        }
        currentTarget.disabled = false
        refreshStatus()
      },
    },
  }, icon(isPaused ? 'play' : 'pause'), name === null && label)
}
