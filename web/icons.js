import { drawing } from './element.js'

/** Each icon as strokes on a 20 by 20 grid. */
const strokes = {
  overview: ['M3 4h6v7H3z', 'M11 4h6v4h-6z', 'M11 10h6v6h-6z', 'M3 13h6v3H3z'],
  review: ['M3 3h6v6H3z', 'M11 3h6v6h-6z', 'M3 11h6v6H3z', 'm11.5 14 2 2 4-4.5'],
  history: ['M3.5 10a6.5 6.5 0 1 0 2-4.7L3.5 7', 'M3.5 3.5V7H7', 'M10 6.5V10l2.5 1.8'],
  models: ['m10 3 7 3.5-7 3.5-7-3.5z', 'm3 10 7 3.5 7-3.5', 'm3 13.5 7 3.5 7-3.5'],
  jobs: ['M3 16.5h14', 'M4.5 13.5 8 9l3 2.5L15.5 5', 'M12.5 4.5h3.3v3.2'],
  inboxes: ['M3 11.5 5.2 4h9.6L17 11.5V16H3z', 'M3 11.5h4.2l1 2h3.6l1-2H17'],
  undo: ['M7.5 4.5 4 8l3.5 3.5', 'M4 8h7.5a4.2 4.2 0 0 1 0 8.5H8'],
  redo: ['M12.5 4.5 16 8l-3.5 3.5', 'M16 8H8.5a4.2 4.2 0 0 0 0 8.5H12'],
  search: ['M8.7 3.5a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.4z', 'm12.6 12.6 4 4'],
  close: ['m5 5 10 10', 'M15 5 5 15'],
  pause: ['M7 4.5v11', 'M13 4.5v11'],
  play: ['M6.5 4v12l9-6z'],
  error: ['M7 2.8h6L17.2 7v6L13 17.2H7L2.8 13V7z', 'M10 6.5v4.2', 'M10 13.6v.1'],
  warning: ['M10 3.2 17.5 16.5h-15z', 'M10 8v4', 'M10 14.2v.1'],
  check: ['m4 10.5 4 4 8-9'],
  plus: ['M10 4v12', 'M4 10h12'],
  right: ['M4 10h12', 'm11.5 5.5 4.5 4.5-4.5 4.5'],
  back: ['m12 4.5-5.5 5.5 5.5 5.5'],
  down: ['m5 7.5 5 5 5-5'],
  picture: ['M3 4h14v12H3z', 'm3.5 14 4-4.5 3 3 2-2 4 4', 'M12.8 7.4v.1'],
  upload: ['M10 13V4', 'M6.2 7.6 10 3.8l3.8 3.8', 'M3.5 12.5v4h13v-4'],
  settings: ['M3 6h7', 'M14 6h3', 'M12 4v4', 'M3 14h3', 'M10 14h7', 'M8 12v4'],
  keyboard: ['M2.5 5.5h15v9h-15z', 'M5.5 8.5v.1', 'M8.5 8.5v.1', 'M11.5 8.5v.1', 'M14.5 8.5v.1', 'M6.5 11.8h7'],
  external: ['M8.5 4.5h-4v11h11v-4', 'M11 4h5v5', 'M15.8 4.2 9.5 10.5'],
  remove: ['M3.5 5.5h13', 'M7.5 5.5V3.5h5v2', 'm5 5.5.8 11h8.4l.8-11'],
  refresh: ['M16.5 10a6.5 6.5 0 1 1-2-4.7l2 1.7', 'M16.5 3.5V7H13'],
  skip: ['m4.5 5 5 5-5 5', 'm10 5 5 5-5 5'],
  question: ['M7.2 7.4A2.9 2.9 0 1 1 10 10.6v1.6', 'M10 15v.1'],
  tag: ['M3.5 3.5h6l7 7-6 6-7-7z', 'M6.8 6.8v.1'],
  zoom: ['M8.7 3.5a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.4z', 'm12.6 12.6 4 4', 'M8.7 6.5v4.4', 'M6.5 8.7h4.4'],
  clock: ['M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14z', 'M10 6v4l2.6 1.8'],
  stop: ['M5.5 5.5h9v9h-9z'],
  leave: ['M4 10h12'],
}

/**
 * Draws an icon, which says nothing to a screen reader: the text beside it does.
 * @param {keyof typeof strokes} name
 */
export function icon(name) {
  return drawing('svg', { class: 'icon', viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    (strokes[name] ?? []).map((d) => drawing('path', { d })))
}

/** Winnow's own mark: a sieve with grains above it. */
export function mark() {
  return drawing('svg', { class: 'mark', viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    drawing('path', { d: 'M2.5 8h15l-1.9 6.4a2.2 2.2 0 0 1-2.1 1.6h-7a2.2 2.2 0 0 1-2.1-1.6z' }),
    drawing('path', { d: 'M6.5 4v.1M10 2.8v.1M13.5 4v.1' }))
}
