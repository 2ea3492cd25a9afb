import { drawing, element } from './element.js'
import { number, percent } from './format.js'
import { t } from './language.js'

/** Figures as people read them: shares with their interval, classes with their bars. */

/**
 * Bars of the best classes.
 * @param {{class: string, probability: number}[]} scores
 */
export function classBars(scores) {
  return element('ol', { class: 'class-bars', 'aria-label': t('top_classes') }, scores.map((score) => {
    const bar = element('span', { class: 'bar', 'aria-hidden': 'true' }, element('span', {}))
    bar.firstChild.style.width = Math.max(0.5, score.probability * 100) + '%'
    return element('li', { 'data-class': score.class },
      element('span', { class: 'name', title: score.class }, score.class),
      element('span', { class: 'value' }, percent(score.probability, 1)), bar)
  }))
}

const shares = /accuracy|f1|agreement|share|drop|ece/

/**
 * A table of measured figures; where the interval is known it is drawn.
 * @param {Object<string, {value: number, low?: number, high?: number}|number>} metrics
 */
export function figureTable(metrics) {
  const rows = Object.entries(metrics
    ?? {}).map(([name, figure]) => [name, typeof figure === 'number' ? { value: figure } : figure])
    .filter(([, figure]) => typeof figure?.value === 'number')
  if (!rows.length) return element('p', { class: 'quiet' }, t('no_figures'))
  const order = (name) => (name === 'accuracy' ? 0 : name.startsWith('macro') ? 1 : name.includes('loss') ? 3 : 2)
  rows.sort(([a], [b]) => order(a) - order(b))
  return element('table', { class: 'figures' },
    element('thead', {}, element('tr', {},
      element('th', { scope: 'col' }, t('figure')), element('th', { scope: 'col', class: 'right' }, t('value')),
      element('th', { scope: 'col' }, t('interval')))),
    element('tbody', {}, rows.map(([name, figure]) => {
      const isShare = shares.test(name) && !name.includes('loss')
      const write = isShare ? (value) => percent(value, 1) : (value) => number(value, 3)
      const hasInterval = figure.low !== undefined && figure.high !== undefined && figure.low !== null
      return element('tr', { 'data-figure': name },
        element('th', { scope: 'row' }, figureName(name)),
          element('td', { class: 'right strong' }, write(figure.value)),
        element('td', {}, hasInterval && element('span', { class: 'interval' }, isShare && intervalLine(figure),
          element('span', { class: 'quiet' }, t('from_to', { low: write(figure.low), high: write(figure.high) })))))
    })))
}

/** A figure's name in the page's language, or as the daemon has it. */
function figureName(name) {
  const known = t('metric_' + name)
  return known === 'metric_' + name ? name.replaceAll('_', ' ') : known
}

function intervalLine({ value, low, high }) {
  const x = (share) => (2 + 96 * Math.max(0, Math.min(1, share))).toFixed(2)
  return drawing('svg', { class: 'interval-line', viewBox: '0 0 100 12', preserveAspectRatio: 'none',
    'aria-hidden': 'true' },
    drawing('line', { class: 'track', x1: 2, x2: 98, y1: 6, y2: 6 }),
    drawing('line', { class: 'range', x1: x(low), x2: x(high), y1: 6, y2: 6 }),
    drawing('line', { class: 'point', x1: x(value), x2: x(value), y1: 1.5, y2: 10.5 }))
}
