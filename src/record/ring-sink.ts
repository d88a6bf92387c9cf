/** The producer's end of a record ring. Thread: the ring's one producer. */
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/faults.ts';
import type { RecordSink } from '../core/records.ts';
import type { ByteRing } from '../memory/byte-ring.ts';
import type { Doorbell } from '../memory/doorbell.ts';
import { encodeEnvelope } from './record-codec.ts';

/** Writes records into `ring` and rings the journal. `tryWrite` is false when the journal is behind; it throws
 *  `record/full` for a record that no drained ring of this size could take, since waiting would not help. */
export function ringSink(ring: ByteRing, doorbell: Pick<Doorbell, 'ring'>, clock: Clock): RecordSink {
  return {
    tryWrite(record) {
      const message = encodeEnvelope(record, clock.wallMs());
      if (!ring.tryPush(message)) {
        // Only the consumer takes out and only we put in: an empty ring that refuses will always refuse.
        if (!ring.isEmpty) return false;
        if (!ring.tryPush(message)) {
          throw new Fault(
            'record/full',
            `a ${record.kind} record of ${message.length} bytes is too long for its ring`,
            {
              kind: record.kind,
              id: record.id,
              bytes: message.length,
            },
          );
        }
      }
      doorbell.ring();
      return true;
    },
  };
}
