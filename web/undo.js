import { post } from './api.js'
import { t } from './language.js'
import { showFailure, toast } from './notices.js'

/** What was done from this page and can be taken back, newest last. */

const most = 100
const steps = []
let last = Promise.resolve()

/**
 * Remembers a step.
 * @param {{text: string, runs: Promise<string[]>|string[], restore?: () => void, withdraw?: () => boolean}} step
 *   `runs` are what the daemon calls them; `withdraw` takes back what was not even sent; `restore` tells the view
 */
export function remember(step) {
  steps.push(step)
  if (steps.length > most) steps.shift()
}

/** Forgets a step that came to nothing. */
export function forget(step) {
  const index = steps.indexOf(step)
  if (index >= 0) steps.splice(index, 1)
}

/** Takes the newest step back, one after the other however fast the key is pressed. */
export function undoLast() {
  const step = steps.pop()
  if (!step) {
    toast(t('nothing_to_undo'))
    return Promise.resolve()
  }
  return undoStep(step)
}

/** Takes one step back. */
export function undoStep(step) {
  forget(step)
  last = last.then(() => takeBack(step)).catch((failure) => showFailure(failure))
  return last
}

async function takeBack(step) {
  if (step.withdraw?.()) {
    step.restore?.()
    toast(t('undone_step', { text: step.text }))
    return
  }
  const runs = await step.runs
  let refused = []
  for (const run of runs.toReversed?.()
    ?? [...runs].reverse()) refused = refused.concat((await post('/v1/undo', { run })).refused)
  step.restore?.()
  if (refused.length) showFailure({ message: `${refused[0].file}: ${refused[0].reason}` },
    t('refused', { n: refused.length }))
  if (runs.length) {
    toast(t('undone_step', { text: step.text }), { action: { label: t('redo'), run: () => redo(runs.length) } })
  }
}

async function redo(times) {
  try {
    for (let count = 0; count < times; count += 1) await post('/v1/redo', { last: true })
    toast(t('redone'))
  } catch (failure) {
    showFailure(failure)
  }
}
