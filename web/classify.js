import { get, postFile } from './api.js'
import { openDialog } from './dialog.js'
import { element, fill } from './element.js'
import { classBars } from './figures.js'
import { icon } from './icons.js'
import { t } from './language.js'
import { failureBox } from './notices.js'
import { onStatus, status } from './status.js'

/** "What is this picture?": classes of pictures that are not sorted, only looked at. */

const mostAtOnce = 12
const mostKept = 4
let model = null

/** The models that can be asked, those of inboxes first. */
function models() {
  const now = status()
  if (!now) return []
  const usual = [...now.inboxes].sort((a, b) => (b.state === 'watching') - (a.state === 'watching'))
  const names = [...usual.map((inbox) => inbox.model),
    ...now.models.filter((entry) => entry.current).map((entry) => entry.name)]
  return [...new Set(names)]
}

/** The panel with its drop zone and what came of the last pictures. */
export function classifyPanel() {
  const results = element('div', { class: 'classified' })
  const chooser = element('select', { class: 'field', id: 'classify-model', 'data-field': 'classify-model' })
  const choice = element('label', {}, element('span', { class: 'visually-hidden' }, t('with_model')), chooser)
  const input = element('input',
    { type: 'file', accept: 'image/*,.heic,.avif', multiple: true, class: 'visually-hidden', id: 'classify-file',
    'data-field': 'classify-file' })
  const zone = element('label', { class: 'drop-zone', for: 'classify-file', 'data-drop-zone': true },
    icon('upload'), element('span', { class: 'strong' }, t('drop_here')),
      element('span', { class: 'quiet' }, t('drop_or_choose')))
  input.addEventListener('change', () => {
    classifyInto(results, [...input.files])
    input.value = ''
  })
  chooser.addEventListener('change', () => { model = chooser.value })
  const stop = onStatus(() => {
    const names = models()
    if (!names.includes(model)) model = names[0] ?? null
    if ([...chooser.options].map((option) => option.value).join('\n') !== names.join('\n')) {
      fill(chooser, names.map((name) => element('option', { value: name }, name)))
    }
    if (model) chooser.value = model
    choice.hidden = names.length < 2
  })
  const panel = element('section',
    { class: 'panel classify', 'aria-labelledby': 'classify-title', 'data-classify': true },
    element('div', { class: 'panel-head' }, element('h2', { id: 'classify-title' }, t('what_is_this')), choice),
    input, zone, results)
  panel.take = (files) => classifyInto(results, files)
  panel.stop = stop
  return panel
}

/** Shows pictures that were dropped where there is no panel. */
export function classifyInDialog(files) {
  const results = element('div', { class: 'classified' })
  openDialog({ title: t('what_is_this'), name: 'classify', content: results })
  classifyInto(results, files)
}

async function classifyInto(results, files) {
  const pictures = files.slice(0, mostAtOnce)
  if (model === null && !status()) {
    const now = await get('/v1/status').catch(() => null)
    model = now?.inboxes[0]?.model ?? now?.models[0]?.name ?? null
  }
  for (const file of pictures) {
    const address = URL.createObjectURL(file)
    const image = element('img', { alt: '', src: address })
    const frame = element('div', { class: 'classified-picture' }, image)
    image.addEventListener('load', () => URL.revokeObjectURL(address))
    image.addEventListener('error', () => {
      // Not all that Winnow reads can be shown by a browser.
      URL.revokeObjectURL(address)
      fill(frame, icon('picture'))
    })
    const said = element('div', { class: 'classified-said' }, element('p', { class: 'quiet' }, t('looking')))
    const block = element('article', { class: 'classified-one', 'aria-live': 'polite', 'data-classified': file.name },
      frame,
      element('div', {}, element('h3', { class: 'file-name', title: file.name }, file.name), said))
    results.prepend(block)
    while (results.children.length > Math.max(mostKept, pictures.length)) results.lastElementChild.remove()
    try {
      const reply = await postFile('/v1/classify', { file: file.name, model }, file)
      fill(said, classBars(reply.top), element('p', { class: 'quiet small' }, t('says_model', { model: reply.model })))
    } catch (failure) {
      fill(said, failureBox(failure))
    }
  }
}
