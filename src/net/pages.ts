/** Lists that venues give page by page, and their items. */
import { unreadable } from './order-outcomes.ts';
import type { RestResult } from './signed-rest.ts';

export interface Page<Raw, Key> {
  readonly items: readonly Raw[];
  /** What the page after this one is asked for by; undefined: this is the last. */
  readonly next: Key | undefined;
}

/** All items of a list, read. `ask` is given nothing for the first page. The first refusal, or the first item that cannot
 *  be read, ends it. */
export async function allPages<Raw, Item, Key>(
  ask: (key: Key | undefined) => Promise<RestResult<Page<Raw, Key>>>,
  read: (raw: Raw) => Item | undefined,
  what: string,
): Promise<RestResult<readonly Item[]>> {
  const all: Item[] = [];
  let key: Key | undefined;
  for (;;) {
    const page = await ask(key);
    if (!page.ok) return page;
    const items = readItems(page.value.items, read, what);
    if (!items.ok) return items;
    all.push(...items.value);
    key = page.value.next;
    if (key === undefined) return { ok: true, value: all };
  }
}

/** `what`: one item, in the message about one that cannot be read. */
export function readItems<Raw, Item>(
  raws: readonly Raw[],
  read: (raw: Raw) => Item | undefined,
  what: string,
): RestResult<readonly Item[]> {
  const items: Item[] = [];
  for (const raw of raws) {
    const item = read(raw);
    if (item === undefined) return { ok: false, error: unreadable(what) };
    items.push(item);
  }
  return { ok: true, value: items };
}
