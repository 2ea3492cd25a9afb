import { element } from './element.js'
import { fileName, probability } from './format.js'
import { icon } from './icons.js'
import { t } from './language.js'
import { thumbnail } from './thumbnail.js'

/**
 * A picture of the review grid: what it looks like, the two best classes, and why that was not enough.
 * @param {object} row
 * @param {{side: number, legend: string[], isCorrected: boolean}} options
 */
export function reviewCard(row, { side, legend, isCorrected }) {
  const digit = (name) => (legend.includes(name) ? String(legend.indexOf(name) + 1) : '')
  const proposed = row.class !== undefined ? [{ class: row.class, probability: row.probability }] : []
  const best = row.top.length ? row.top.slice(0, 2) : proposed
  const says = best.map((score) => `${score.class} ${probability(score.probability)}`).join(', ')
  const judged = row.label !== undefined ? t('labelled', { class: row.label }) : says || t('no_proposal')
  let lines = best.map((score, index) => scoreLine(score, index ? '' : digit(score.class)))
  if (isCorrected && row.label !== undefined) {
    lines = element('p', { class: 'score' }, icon('tag'), element('span', { class: 'name' }, row.label))
  } else if (!best.length) lines = element('p', { class: 'score quiet' }, t('no_proposal'))
  return element('div', {
    class: row.refusal ? 'card refused' : 'card', 'data-picture': row.number, 'data-class': row.class,
    'data-file': fileName(row.file), 'data-inbox': row.inbox,
    'aria-label': [fileName(row.file), judged, row.refusal ?? row.reason].filter(Boolean).join('. '),
  },
  thumbnail(row.number, side),
  element('div', { class: 'card-text' }, lines,
    element('p', { class: 'why', title: row.refusal ?? row.reason }, shortReason(row))))
}

function scoreLine(score, digit) {
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' }, element('span', {}))
  bar.firstChild.style.width = score.probability * 100 + '%'
  return element('p', { class: 'score' }, digit && element('kbd', {}, digit),
    element('span', { class: 'name' }, score.class),
      element('span', { class: 'value' }, probability(score.probability)), bar)
}

/** The classes stand above it already; what is left is why that was not enough. */
function shortReason(row) {
  if (row.refusal) return row.refusal
  const colon = row.reason.indexOf(': ')
  return colon > 0 && row.class !== undefined && row.reason.startsWith(row.class) ? row.reason.slice(colon + 2)
    : row.reason
}
