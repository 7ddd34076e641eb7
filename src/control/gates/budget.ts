/** Step 9, and last: an action is taken only for an order that passed everything else. */
import { deny, type Gate } from '../risk-gates.js'

export function actionBudgetGate(): Gate {
  return {
    step: '9',
    id: 'actionBudget',
    rule: 'new orders within the action budget',
    check(_order, { budget, now }) {
      const reservation = budget.reserve(now)
      if (reservation.granted) return { answer: 'pass', release: reservation.release, written: reservation.written }
      return deny(
        'BUDGET_EXHAUSTED',
        `${budget.maxActions} per ${budget.windowMs} ms`,
        String(Math.ceil(reservation.waitMs)),
      )
    },
  }
}
