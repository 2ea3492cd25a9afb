import { language } from './language.js'

/** How numbers, times and names are written in the language of the page. */

const formats = new Map()

function format(kind, options) {
  const key = language() + kind.name + JSON.stringify(options)
  if (!formats.has(key)) formats.set(key, new kind(language() === 'zh' ? 'zh-CN' : 'en-GB', options))
  return formats.get(key)
}

/** 12,345 */
export function number(value, digits = 0) {
  return format(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value)
}

/** 81% or 81.3%. Never claims a certainty that is not there. */
export function percent(share, digits = 0) {
  if (share === undefined || share === null || Number.isNaN(share)) return '–'
  const edge = 0.5 * 10 ** -(digits + 2)
  const write = format(Intl.NumberFormat,
    { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits })
  if (share < 1 && share > 1 - edge) return '>' + write.format(1 - 10 ** -(digits + 2))
  return write.format(share)
}

/** A probability for a tight place: one digit only near the ends, where it tells something. */
export function probability(share) {
  return percent(share, share > 0.985 ? 1 : 0)
}

/** 14:03:22 today, 3 Nov 14:03 before. */
export function shortTime(text) {
  const time = new Date(text)
  if (time.toDateString() === new Date().toDateString()) {
    return format(Intl.DateTimeFormat,
      { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(time)
  }
  return format(Intl.DateTimeFormat,
    { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false }).format(time)
}

/** Date and time in full. */
export function longTime(text) {
  return format(Intl.DateTimeFormat, { dateStyle: 'medium', timeStyle: 'medium', hour12: false }).format(new Date(text))
}

/** 4s, 3m 12s, 2h 5m. */
export function duration(seconds) {
  const unit = (value, name) =>
    format(Intl.NumberFormat, { style: 'unit', unit: name, unitDisplay: 'narrow',
      maximumFractionDigits: 0 }).format(value)
  if (seconds < 60) return unit(Math.max(0, Math.round(seconds)), 'second')
  if (seconds < 3600) return unit(Math.floor(seconds / 60), 'minute') + ' ' + unit(Math.floor(seconds % 60), 'second')
  return unit(Math.floor(seconds / 3600), 'hour') + ' ' + unit(Math.floor((seconds % 3600) / 60), 'minute')
}

/** 31 MiB */
export function bytes(count) {
  return number(count / 1048576) + ' MiB'
}

/** The last part of a path. */
export function fileName(path) {
  return path ? path.slice(path.lastIndexOf('/') + 1) : ''
}

/** A long name with places where a line may end, so that it does not end in the middle of a word. */
export function breakable(text) {
  return (text ?? '').split(/(?<=[/_\- ])/).flatMap((piece) => [piece, document.createElement('wbr')])
}

/** The folder of a path. */
function folderOf(path) {
  return path ? path.slice(0, Math.max(1, path.lastIndexOf('/'))) : ''
}

/** A folder by its last two names, which is enough to know it by. */
export function shortFolder(path) {
  const parts = folderOf(path).split('/').filter(Boolean)
  return parts.length > 2 ? '…/' + parts.slice(-2).join('/') : '/' + parts.join('/')
}
