/** Light or dark, as the system has it or as a person chose here. */

const key = 'winnow-scheme'

/** `auto`, `light` or `dark`. */
export function scheme() {
  const kept = localStorage.getItem(key)
  return kept === 'light' || kept === 'dark' ? kept : 'auto'
}

/** Chooses and keeps it. */
export function setScheme(next) {
  if (next === 'auto') localStorage.removeItem(key)
  else localStorage.setItem(key, next)
  applyScheme()
}

/** Puts the choice in force. */
export function applyScheme() {
  document.documentElement.dataset.scheme = scheme()
}
