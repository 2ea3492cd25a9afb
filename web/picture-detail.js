import { element } from './element.js'
import { classBars } from './figures.js'
import { breakable, fileName, longTime, shortTime } from './format.js'
import { icon } from './icons.js'
import { serverText, t } from './language.js'
import { thumbnail } from './thumbnail.js'

/** A picture in review with all that is known of it: its image first, then words. */
export function pictureDetail(row, side) {
  const fact = (name, value) => value !== undefined && value !== null && value !== ''
    && element('div', {}, element('dt', {}, t(name)), element('dd', {}, value))
  const picture = thumbnail(row.number ?? row.picture, side, fileName(row.file))
  picture.classList.add('large')
  return [
    picture,
    element('h2', { class: 'file-name' }, breakable(fileName(row.file))),
    row.refusal && element('p', { class: 'failure-text' }, icon('error'), serverText(row.refusal)),
    row.top?.length > 0 && classBars(row.top),
    element('dl', { class: 'detail-facts' },
      fact('reason', row.reason && serverText(row.reason)),
      fact('label', row.label), fact('by', row.by),
      fact('inbox', row.inbox), fact('model', row.model),
      fact('time', element('time', { datetime: row.time, title: shortTime(row.time) }, longTime(row.time))),
      fact('where', element('span', { class: 'path' }, breakable(row.file)))),
  ]
}
