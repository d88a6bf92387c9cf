/** Times as Bitget writes them: Unix milliseconds, as text in rows and as a number around them. */
export const msText = (ms: number): string => String(Math.floor(ms));
