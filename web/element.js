/**
 * Builds elements. Text from outside only ever becomes text: nothing here parses markup.
 */

const properties = new Set(['value', 'checked', 'selected', 'indeterminate'])

/**
 * Makes an element.
 * @param {string} tag
 * @param {Object<string, any>} [attributes] `on` holds listeners; false, null and undefined leave an attribute out
 * @param {...(Node|string|number|null|undefined|false|Array)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue
    if (name === 'on') {
      for (const [type, listener] of Object.entries(value)) made.addEventListener(type, listener)
    } else if (properties.has(name)) {
      made[name] = value
    } else {
      made.setAttribute(name, value === true ? '' : String(value))
    }
  }
  append(made, children)
  return made
}

/** Appends children, leaving out what is nothing. */
export function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue
    parent.append(child instanceof Node ? child : String(child))
  }
  return parent
}

/** Puts these children in place of those that are there. */
export function fill(parent, ...children) {
  parent.replaceChildren()
  return append(parent, children)
}

/** Makes an SVG element. */
export function drawing(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, String(value))
  }
  return append(made, children)
}
