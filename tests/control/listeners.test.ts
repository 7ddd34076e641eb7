import { describe, expect, it } from 'vitest'
import { createListeners } from '../../src/control/listeners.js'

describe('listeners', () => {
  it('hear in the order in which they came, until removed', () => {
    const listeners = createListeners<number>()
    const heard: string[] = []
    const remove = listeners.add((value) => heard.push(`a${value}`))
    listeners.add((value) => heard.push(`b${value}`))
    listeners.tell(1)
    remove()
    listeners.tell(2)
    expect(heard).toEqual(['a1', 'b1', 'b2'])
  })

  it('all hear before the first error is thrown, when nobody takes errors', () => {
    const listeners = createListeners<number>()
    const heard: number[] = []
    listeners.add(() => {
      throw new Error('first')
    })
    listeners.add(() => {
      throw new Error('second')
    })
    listeners.add((value) => heard.push(value))
    expect(() => listeners.tell(1)).toThrow('first')
    expect(heard).toEqual([1])
  })
})
