import { get } from './api.js'

/** Who looks at the page. */

let session = null

/** Asks the daemon who this is. */
export async function loadSession() {
  session = await get('/v1/session')
  return session
}

/** The account's name. */
export function user() {
  return session?.user ?? ''
}

/** Whether the person may change the set-up; a member of the group may only work with pictures. */
export function isOwner() {
  return session?.standing === 'owner'
}
