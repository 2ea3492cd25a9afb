import { filesOf, post } from './api.js'
import { chooseClass } from './class-chooser.js'
import { fileName } from './format.js'
import { t } from './language.js'
import { showFailure, toast } from './notices.js'
import { remember, undoStep } from './undo.js'

/** What can be done with one picture, wherever it is shown. */

/** Whether there is a move that can be taken back. */
export function canUndo(row) {
  return Boolean(row.to) && ['sorted', 'review', 'quarantined', 'corrected'].includes(row.outcome ?? row.event)
}

/** Whether a person can give it a class. */
export function canCorrect(row) {
  return ['sorted', 'review', 'corrected'].includes(row.outcome ?? row.event)
}

/** Moves the picture back to where it was. */
export async function undoPicture(row) {
  try {
    const reply = await post('/v1/undo', filesOf([row]))
    if (reply.refused.length) {
      showFailure({ message: reply.refused[0].reason }, fileName(row.file))
      return false
    }
    toast(t('put_back', { file: fileName(row.file) }), {
      action: {
        label: t('redo'),
        run: () => post('/v1/redo', { last: true }).then(() => toast(t('redone')), showFailure),
      },
    })
    return true
  } catch (failure) {
    showFailure(failure)
    return false
  }
}

/** Repeats the move that was taken back. */
export async function redoPicture(row) {
  try {
    const reply = await post('/v1/redo', filesOf([row]))
    if (reply.refused.length) {
      showFailure({ message: reply.refused[0].reason }, fileName(row.file))
      return false
    }
    toast(t('redone'))
    return true
  } catch (failure) {
    showFailure(failure)
    return false
  }
}

/** Asks for the right class and puts the picture there. */
export async function correctPicture(row) {
  const name = await chooseClass({
    inboxes: row.inbox ? [row.inbox] : [], likely: (row.top ?? []).map((score) => score.class),
    title: t('choose_class_for', { file: fileName(row.file) }),
  })
  if (!name) return false
  try {
    const reply = await post('/v1/review/set', { ...filesOf([row]), class: name })
    if (reply.refused.length) {
      showFailure({ message: reply.refused[0].reason }, fileName(row.file))
      return false
    }
    const step = { text: t('gave_class', { n: 1, class: name }), runs: reply.run ? [reply.run] : [] }
    remember(step)
    toast(step.text, { action: { label: t('undo'), run: () => undoStep(step) } })
    return true
  } catch (failure) {
    showFailure(failure)
    return false
  }
}
