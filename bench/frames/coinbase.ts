import { type FrameSets, made, price, random, recorded, size } from './frame-set.ts';

const BOOK = 'coinbase/book_recordings/advtrade_l2_ETH-USD.jsonl';

export const coinbaseFrames: FrameSets = {
  level2: () =>
    recorded(BOOK, '2026-08', (text) => text.includes('"l2_data"') && text.includes('"type":"update"')) ??
    made((index) => {
      const updates = Array.from({ length: 1 + random.int(8) }, (_, at) => ({
        side: at % 2 === 0 ? 'bid' : 'offer',
        event_time: '2026-08-09T21:05:48.464857Z',
        price_level: price(2),
        new_quantity: size(8),
      }));
      const events = [{ type: 'update', product_id: 'BTC-USD', updates }];
      const timestamp = '2026-08-09T21:05:48.628879425Z';
      return JSON.stringify({ channel: 'l2_data', timestamp, sequence_num: index, events });
    }),
};
