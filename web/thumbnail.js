import { thumbnailAddress } from './api.js'
import { element } from './element.js'
import { icon } from './icons.js'

/**
 * Small pictures, fetched only once they have been in sight for a moment, few at a time so that calls and events are
 * not kept waiting, and given up when scrolled past.
 */

const mostAtOnce = 4
const inSightFor = 70
const queue = []
const gone = new Set()
let loading = 0

/**
 * A frame with the picture in it.
 * @param {number|undefined} picture its number in the ledger
 * @param {number} side 32 to 512
 * @param {string} [alt]
 */
export function thumbnail(picture, side, alt = '') {
  const frame = element('span', { class: 'thumbnail', 'data-thumbnail': picture })
  if (picture === undefined || picture === null) return withoutPicture(frame)
  const address = thumbnailAddress(picture, side)
  if (gone.has(address)) return withoutPicture(frame)
  const image = element('img', { alt, decoding: 'async', draggable: 'false' })
  frame.append(image)
  frame.request = { frame, image, address, state: 'new' }
  observer.observe(frame)
  return frame
}

/** Lets go of the pictures below an element that leaves the page. */
export function releaseThumbnails(root) {
  for (const frame of root.querySelectorAll('.thumbnail')) {
    observer.unobserve(frame)
    if (frame.request) giveUp(frame.request)
  }
}

function withoutPicture(frame) {
  frame.classList.add('absent')
  frame.append(icon('picture'))
  return frame
}

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const request = target.request
    if (!request) continue
    if (!target.isConnected || !isIntersecting) giveUp(request)
    else if (request.state === 'new') {
      request.state = 'waiting'
      request.timer = setTimeout(() => {
        request.state = 'queued'
        queue.push(request)
        next()
      }, inSightFor)
    }
  }
}, { rootMargin: '120px' })

function giveUp(request) {
  if (request.state === 'done') return
  clearTimeout(request.timer)
  if (request.state === 'loading') finish(request, 'new')
  request.image.removeAttribute('src')
  request.state = 'new'
}

function next() {
  while (loading < mostAtOnce && queue.length) {
    const request = queue.shift()
    if (request.state !== 'queued') continue
    request.state = 'loading'
    loading += 1
    request.image.onload = () => {
      request.frame.classList.add('loaded')
      observer.unobserve(request.frame)
      finish(request, 'done')
    }
    request.image.onerror = () => {
      if (request.state !== 'loading') return
      gone.add(request.address)
      setTimeout(() => gone.delete(request.address), 30000)
      request.image.remove()
      withoutPicture(request.frame)
      finish(request, 'done')
    }
    request.image.setAttribute('src', request.address)
  }
}

function finish(request, state) {
  if (request.state === 'loading') loading -= 1
  request.state = state
  request.image.onload = null
  request.image.onerror = null
  next()
}
