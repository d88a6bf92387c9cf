/** Memories that do not grow without end. */

/** Sets and maps keep the order of insertion: past `most` entries the oldest one goes. To be called after each one. */
export function dropOldest<Key>(
  entries: { readonly size: number; keys(): Iterator<Key>; delete(key: Key): boolean },
  most: number,
): void {
  if (entries.size <= most) return;
  const oldest = entries.keys().next();
  if (oldest.done !== true) entries.delete(oldest.value);
}
