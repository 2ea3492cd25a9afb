import { element } from './element.js'
import { icon } from './icons.js'
import { t } from './language.js'

/** How a picture fared, as an icon with a word. The word is never left out: colour alone tells nobody anything. */

const icons = {
  sorted: 'check', review: 'review', quarantined: 'error', left: 'leave', failed: 'warning', undone: 'undo',
  corrected: 'tag', settling: 'clock',
}

/** All outcomes that the history can be asked for. */
export const outcomes = ['sorted', 'review', 'corrected', 'undone', 'quarantined', 'left', 'failed']

/** The outcome's mark. */
export function outcomeMark(outcome) {
  return element('span', { class: 'outcome', 'data-outcome': outcome }, icon(icons[outcome] ?? 'picture'),
    element('span', {}, t('outcome_' + outcome)))
}
