import { drawing, element } from './element.js'
import { number, percent } from './format.js'
import { t } from './language.js'

/**
 * The curves of a training: loss and accuracy by epoch, of the pictures that teach and of those that only judge.
 */

/** The epochs of `curves.csv`. */
export function parseCurves(csv) {
  const [head, ...lines] = csv.trim().split('\n')
  const names = head.split(',')
  return lines.filter(Boolean).map((line) => {
    const values = line.split(',').map(Number)
    return Object.fromEntries(names.map((name, index) => [name, values[index]]))
  })
}

/**
 * Both charts and, for those who do not see them, what they come to.
 * @param {object[]} epochs
 * @param {number} [planned] how many there are to be, if that is known
 */
export function curves(epochs, planned = 0) {
  if (!epochs.length) return element('p', { class: 'quiet' }, t('no_epochs'))
  return element('div', { class: 'charts' },
    chart(t('loss'), epochs, planned, 'loss', 'validation_loss', false),
    chart(t('accuracy'), epochs, planned, 'accuracy', 'validation_accuracy', true))
}

const width = 360
const height = 200
const inset = { left: 40, right: 12, top: 10, bottom: 36 }

function chart(title, epochs, planned, taught, judged, isShare) {
  const all = epochs.flatMap((epoch) => [epoch[taught], epoch[judged]]).filter(Number.isFinite)
  const ticks = niceTicks(isShare ? Math.max(0, Math.min(...all) - 0.02) : 0, isShare ? 1 : Math.max(...all))
  const low = ticks[0]
  const high = ticks.at(-1)
  const last = Math.max(2, planned, epochs.at(-1).epoch)
  const x = (epoch) => inset.left + ((epoch - 1) / (last - 1)) * (width - inset.left - inset.right)
  const y = (value) => height - inset.bottom - ((value - low) / (high - low || 1)) * (height - inset.top - inset.bottom)
  const write = (value) => (isShare ? percent(value) : number(value, 2))
  const line = (name) => epochs.filter((epoch) => Number.isFinite(epoch[name]))
    .map((epoch, index) => `${index ? 'L' : 'M'}${x(epoch.epoch).toFixed(1)} ${y(epoch[name]).toFixed(1)}`).join('')
  const end = epochs.at(-1)
  const labels = epochTicks(last)
  return element('figure', { class: 'chart' },
    element('figcaption', {}, element('span', { class: 'strong' }, title),
      element('span', { class: 'key taught' }, t('curve_training'), ' ',
        element('b', {}, isShare ? percent(end[taught], 1) : number(end[taught], 3))),
      element('span', { class: 'key judged' }, t('curve_validation'), ' ',
        element('b', {}, isShare ? percent(end[judged], 1) : number(end[judged], 3)))),
    drawing('svg', {
      viewBox: `0 0 ${width} ${height}`, role: 'img',
      'aria-label': t('chart_says', {
        title, epochs: epochs.length, taught: write(end[taught]), judged: write(end[judged]),
      }),
    },
    ticks.map((tick) => [
      drawing('line', { class: 'grid', x1: inset.left, x2: width - inset.right, y1: y(tick), y2: y(tick) }),
      drawing('text', { x: inset.left - 6, y: y(tick) + 3.5, 'text-anchor': 'end' }, write(tick)),
    ]),
    labels.map((epoch) => drawing('text', { x: x(epoch), y: height - 21, 'text-anchor': 'middle' }, number(epoch))),
    drawing('text', { x: (inset.left + width - inset.right) / 2, y: height - 5, 'text-anchor': 'middle' }, t('epoch')),
    drawing('path', { class: 'line taught', d: line(taught) }),
    drawing('path', { class: 'line judged', d: line(judged) }),
    drawing('circle', { class: 'dot taught', cx: x(end.epoch), cy: y(end[taught]), r: 2.6 }),
    drawing('circle', { class: 'dot judged', cx: x(end.epoch), cy: y(end[judged]), r: 2.6 })))
}

function niceTicks(low, high) {
  const span = Math.max(high - low, 1e-6)
  const rough = span / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)
  const ticks = []
  for (let tick = Math.floor(low / step + 1e-9) * step; tick < high + step * 0.999; tick += step) {
    ticks.push(Number(tick.toFixed(10)))
  }
  return ticks
}

function epochTicks(last) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((candidate) => last / candidate <= 8) ?? 500
  const ticks = [1]
  for (let tick = step === 1 ? 2 : step; tick <= last; tick += step) ticks.push(tick)
  return ticks
}
