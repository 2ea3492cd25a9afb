import { onSignedOut } from './api.js'
import { applyScheme, scheme, setScheme } from './appearance.js'
import { classifyInDialog } from './classify.js'
import { openDialog } from './dialog.js'
import { element, fill } from './element.js'
import { onConnection, startEvents } from './events.js'
import { number } from './format.js'
import { history } from './history.js'
import { icon, mark } from './icons.js'
import { inboxes } from './inboxes.js'
import { jobs } from './jobs.js'
import { setSingleKeys, showKeys, singleKeys, startKeyboard } from './keyboard.js'
import { language, setLanguage, t } from './language.js'
import { models } from './models.js'
import { failureBox } from './notices.js'
import { overview } from './overview.js'
import { review } from './review.js'
import { isOwner, loadSession, user } from './session.js'
import { onStatus, refreshStatus, startStatus } from './status.js'
import { undoLast } from './undo.js'

/** Starts the page, and shows one view after the other, as the address's fragment says. */

const views = { overview, review, history, models, jobs, inboxes }
const main = document.getElementById('main')
let shown = null

/** `#/jobs/6` as the view and what follows it. */
function address() {
  const [view, ...path] = location.hash.replace(/^#\/?/, '').split('/')
  const decode = (text) => {
    try {
      return decodeURIComponent(text)
    } catch {
      return text
    }
  }
  return views[view] ? { view, path: path.filter(Boolean).map(decode) } : { view: 'overview', path: [] }
}

function route() {
  const { view, path } = address()
  if (shown?.view === view && shown.made?.go) {
    shown.made.go(path)
    return
  }
  if (typeof shown?.made === 'function') shown.made()
  else shown?.made?.stop()
  const isFirst = shown === null
  const root = element('div', { class: `view view-${view}`, 'data-view': view })
  fill(main, root)
  document.title = `${t(view)} · Winnow`
  document.querySelector('[data-phone-title]').textContent = t(view)
  shown = { view, made: views[view](root, path) }
  for (const link of document.querySelectorAll('#navigation a')) {
    if (link.dataset.nav === view) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  // A screen reader should hear that this is another view; the review has the focus in its grid.
  if (!isFirst && !root.contains(document.activeElement)) main.focus({ preventScroll: true })
}

function frame() {
  document.getElementById('skip-link').textContent = t('skip_to_content')
  const navigation = document.getElementById('navigation')
  navigation.setAttribute('aria-label', t('views'))
  const waiting = element('span', { class: 'badge', hidden: true, 'data-badge': 'review' })
  const trouble = element('span', { class: 'badge trouble', hidden: true, 'data-badge': 'conditions' })
  const connection = element('p', { class: 'connection', role: 'status', 'data-connection': 'connecting' })
  const badges = { review: waiting, overview: trouble }
  const select = (id, label, options, value, change) => element('label', { class: 'switch' },
    element('span', { class: 'visually-hidden' }, label),
    element('select', { class: 'field', id, 'data-field': id, on: { change: (event) => change(event.target.value) } },
      options.map(([name, text]) => element('option', { value: name, selected: name === value }, text))))
  const schemeSwitch = (id) => select(id, t('scheme'),
    ['auto', 'light', 'dark'].map((name) => [name, t('scheme_' + name)]), scheme(), setScheme)
  const languages = [['en', 'English'], ['zh', '简体中文']]
  const languageSwitch = (id) => select(id, t('language'), languages, language(), (next) => {
    setLanguage(next)
    document.querySelector('dialog[open]')?.close('')
    frame()
    if (typeof shown?.made === 'function') shown.made()
    else shown?.made?.stop()
    shown = null
    route()
  })
  const openSettings = () => {
    const keys = element('input',
      { type: 'checkbox', id: 'single-keys', checked: singleKeys(), on: { change: () => setSingleKeys(keys.checked) } })
    openDialog({
      title: t('settings'), name: 'settings',
      content: element('div', { class: 'form' },
        element('div', { class: 'form-row' }, element('span', { class: 'label' }, t('scheme')),
          schemeSwitch('settings-scheme')),
        element('div', { class: 'form-row' }, element('span', { class: 'label' }, t('language')),
          languageSwitch('settings-language')),
        element('div', { class: 'form-row check' }, element('label', { for: 'single-keys' }, t('single_keys')), keys,
          element('p', { class: 'hint' }, t('hint_single_keys'))),
        element('p', { class: 'quiet small' },
          t('signed_in', { user: user(), standing: t(isOwner() ? 'owner' : 'member') })),
        element('div', { class: 'actions' },
          element('button', { type: 'button', class: 'button', 'data-action': 'keys', on: { click: showKeys } },
          icon('keyboard'), t('keys')))),
    })
  }
  const settingsButton = () => element('button',
    { type: 'button', class: 'icon-button', 'aria-label': t('settings'), title: t('settings'),
    'data-action': 'settings', on: { click: openSettings } }, icon('settings'))
  const phoneState = element('span', { class: 'state', 'data-phone-state': true })
  fill(document.getElementById('header'),
    element('a', { class: 'brand', href: '#/overview', 'aria-label': `Winnow, ${t('overview')}` }, mark(),
    element('span', { 'data-phone-title': true }, t(address().view))), phoneState, settingsButton())
  fill(navigation,
    element('a', { class: 'brand', href: '#/overview', 'aria-label': `Winnow, ${t('overview')}` }, mark(), 'Winnow'),
    element('ul', {}, Object.keys(views).map((view) => element('li', {},
      element('a', { href: `#/${view}`, 'data-nav': view }, icon(view), element('span', {}, t(view)), badges[view])))),
    element('div', { class: 'nav-foot' },
      connection,
      element('div', { class: 'nav-tools' },
        schemeSwitch('scheme'), languageSwitch('language'),
        element('button', { type: 'button', class: 'icon-button', 'aria-label': t('keys'), title: `${t('keys')} (?)`,
          'data-action': 'keys', on: { click: showKeys } }, icon('keyboard')),
        settingsButton()),
      element('p', { class: 'quiet small who' }, user())))
  frame.stop?.()
  const stopStatus = onStatus((now) => {
    if (!now) return
    const review = now.inboxes.reduce((sum, inbox) => sum + inbox.counts.review, 0)
    waiting.hidden = review === 0
    fill(waiting, number(review), element('span', { class: 'visually-hidden' }, ' ', t('kind_waiting')))
    trouble.hidden = now.conditions.length === 0
    fill(trouble, number(now.conditions.length),
      element('span', { class: 'visually-hidden' }, ' ', t('needs_attention')))
    phoneState.dataset.state = now.state
    phoneState.textContent = t('state_' + now.state)
  })
  const stopConnection = onConnection((state) => {
    connection.dataset.connection = state
    fill(connection, element('span', { class: 'dot', 'aria-hidden': 'true' }), t('connection_' + state))
    document.body.classList.toggle('is-lost', state === 'lost')
    if (state === 'lost') refreshStatus()
  })
  frame.stop = () => {
    stopStatus()
    stopConnection()
  }
}

/** A picture may be dropped anywhere. */
function acceptDrops() {
  let depth = 0
  const isFiles = (event) => event.dataTransfer?.types.includes('Files')
  const over = (is) => document.body.classList.toggle('is-dropping', is)
  window.addEventListener('dragenter', (event) => {
    if (!isFiles(event)) return
    event.preventDefault()
    depth += 1
    over(true)
  })
  window.addEventListener('dragleave', (event) => {
    if (!isFiles(event)) return
    depth = Math.max(0, depth - 1)
    if (!depth) over(false)
  })
  window.addEventListener('dragover', (event) => { if (isFiles(event)) event.preventDefault() })
  window.addEventListener('drop', (event) => {
    if (!isFiles(event)) return
    event.preventDefault()
    depth = 0
    over(false)
    classify([...event.dataTransfer.files])
  })
  window.addEventListener('paste', (event) => {
    const files = [...event.clipboardData?.files ?? []]
    if (files.length) classify(files)
  })
}

function classify(files) {
  if (!files.length) return
  const panel = document.querySelector('[data-classify]')
  if (panel && !document.querySelector('dialog[open]')) panel.take(files)
  else classifyInDialog(files)
}

function showSignedOut() {
  if (document.body.classList.contains('is-signed-out')) return
  document.body.classList.add('is-signed-out')
  if (typeof shown?.made === 'function') shown.made()
  else shown?.made?.stop()
  shown = { view: '', made: null }
  window.removeEventListener('hashchange', route)
  document.title = 'Winnow'
  fill(main, element('div', { class: 'full-page', 'data-view': 'signed-out' }, mark(),
    element('h1', {}, t('signed_out')), element('p', {}, t('signed_out_next')),
    element('code', { class: 'block' }, 'winnowctl web'),
    element('p', { class: 'quiet' }, t('signed_out_sudo'), ' ', element('code', {}, 'sudo winnowctl web')),
    element('p', {}, element('button', { type: 'button', class: 'button', on: { click: () => location.reload() } },
      t('try_again')))))
}

async function start() {
  applyScheme()
  setLanguage(language())
  onSignedOut(showSignedOut)
  const session = loadSession()
  frame()
  // The view asks for its own rows meanwhile; only what an owner may do needs the answer.
  try {
    await session
  } catch (failure) {
    if (failure.status !== 401) {
      fill(main, element('div', { class: 'full-page' }, mark(), element('h1', {}, 'Winnow'),
        failureBox(failure, () => location.reload())))
    }
    return
  }
  frame()
  startEvents()
  startStatus()
  startKeyboard({
    go: (view) => { location.hash = `#/${view}` },
    search: () => {
      const field = document.querySelector('.view input[type=search]')
      if (field) field.focus()
      else {
        location.hash = '#/history'
        requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById('history-search')?.focus()))
      }
    },
    undo: undoLast,
  })
  acceptDrops()
  window.addEventListener('hashchange', route)
  document.getElementById('skip-link').addEventListener('click', (event) => {
    // The fragment belongs to the views.
    event.preventDefault()
    main.focus()
  })
  route()
}

start()
