/** Words with `{0}`, `{1}`, … in them, filled in; what is not given is left empty. */
export const filledWords = (words: string, params: readonly string[]): string =>
  words.replace(/\{(\d)\}/g, (_, index: string) => params[Number(index)] ?? '');
