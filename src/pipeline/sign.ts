/**
 * From a batch to a signed request: the nonce is taken right before the signature, and the expiry is in both the hash
 * and the payload, because both are made from the same object.
 */
import type { Batch, QueuedCancel } from '../control/batch-queue.js'
import { ExecutorError } from '../errors.js'
import type { Address } from '../model/account.js'
import type { Signature, Signer } from '../ports.js'
import { type Action, noopAction } from '../wire/actions.js'
import { type SignedPayload, signedPayload, type UnsignedRequest } from '../wire/envelope.js'
import { l1Signable } from '../wire/l1-hash.js'
import type { Parts } from './parts.js'
import { actionOf } from './spell.js'

export type Sign = {
  /**
   * A batch under a fresh nonce; orders with an expiry in the venue's time. Answers at once when the signer does,
   * otherwise with a promise that ends at the signer's deadline.
   *
   * @throws {ExecutorError | TypeError | RangeError} when the request cannot be made
   */
  batch(batch: Batch): SignedPayload | Promise<SignedPayload>
  /** The cancel of one order as `batch` makes it, under a nonce that is reserved for it. The same errors. */
  cancelAhead(cancel: QueuedCancel): SignedPayload | Promise<SignedPayload>
  /** Any other action, under a fresh nonce and with an expiry. The same errors. */
  action(action: Action): SignedPayload | Promise<SignedPayload>
  /** A noop under a nonce that this signer used before; nothing when it is not at hand. */
  noop(nonce: number, by: Address): SignedPayload | Promise<SignedPayload> | undefined
}

export function createSign({ clock, nonces, orders, signers, transport, vaultAddress, limits }: Parts): Sign {
  const { network } = transport

  function withDeadline(signature: Promise<Signature>): Promise<Signature> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new ExecutorError('SIGN_FAILED', 'the signer did not answer in time'))
      const cancel = clock.schedule(late, limits.signTimeoutMs)
      signature.then(resolve, reject).finally(cancel)
    })
  }

  function signed(request: UnsignedRequest, signer: Signer): SignedPayload | Promise<SignedPayload> {
    const { connectionId, digest } = l1Signable(request.action, request, network, signer.keccak256)
    const signature = signer.sign(digest, { network, connectionId })
    return 'then' in signature
      ? withDeadline(signature).then((made) => signedPayload(request, made))
      : signedPayload(request, signature)
  }

  const expiry = (): number => nonces.serverTime(clock.now()) + limits.expiresAfterMs
  const fresh = (action: Action, expiresAfter: number | undefined): SignedPayload | Promise<SignedPayload> =>
    signed({ action, nonce: nonces.next(clock.now()), vaultAddress, expiresAfter }, signers.current)

  return {
    batch(batch) {
      // A cancel that comes late does no harm, and a stale one would cost five times its rate units.
      return fresh(actionOf(batch, orders), batch.lane === 'cancel' ? undefined : expiry())
    },
    cancelAhead(cancel) {
      const action = actionOf({ lane: 'cancel', cancels: [cancel] }, orders)
      return signed({ action, nonce: nonces.reserve(clock.now()), vaultAddress }, signers.current)
    },
    action: (action) => fresh(action, expiry()),
    noop(nonce, by) {
      const signer = signers.get(by)
      return signer && signed({ action: noopAction(), nonce, vaultAddress }, signer)
    },
  }
}
