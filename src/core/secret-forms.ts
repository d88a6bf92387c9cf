/** How a text may be written where it was encoded on its way: the source of a pattern that finds it all the same. */

/** The text as a pattern for the flags `iu`: letters and digits as they are, everything else also as JSON, an address
 *  (encoded once or more often) or base64 for addresses writes it. Padding at the end may be missing. */
export function looseSource(text: string): string {
  const bare = text.replace(/=+$/, '');
  return `${[...bare].map(loose).join('')}(?:${loose('=')})*`;
}

function loose(char: string): string {
  if (/[A-Za-z0-9]/.test(char)) return char;
  if (char === '\n') return String.raw`(?:\r|\\+r|%(?:25)*0d)?(?:\n|\\+n|%(?:25)*0a)`;
  const bytes = [...Buffer.from(char)].map((byte) => `%(?:25)*${byte.toString(16).padStart(2, '0')}`).join('');
  const units = Array.from(
    { length: char.length },
    (_, at) => String.raw`\\+u` + char.charCodeAt(at).toString(16).padStart(4, '0'),
  ).join('');
  const code = char.codePointAt(0) as number;
  const entities = `&(?:amp;)*#(?:x0*${code.toString(16)}|0*${code});`;
  // A backslash is doubled by each writing; others may have some before them.
  const itself = char === '\\' ? String.raw`\\+` : `${String.raw`\\*`}\\u{${code.toString(16)}}`;
  return `(?:${[itself, bytes, units, entities, ...(OTHERS[char] ?? [])].join('|')})`;
}

/** What else stands for a character: in base64 for addresses, in forms, JSON and HTML. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  '+': ['-', ' '],
  '/': ['_'],
  '-': [String.raw`\+`],
  _: [String.raw`\/`],
  ' ': [String.raw`\+`],
  '\t': [String.raw`\\+t`],
  '\r': [String.raw`\\+r`],
  '&': ['&(?:amp;)+'],
  '<': ['&(?:amp;)*lt;'],
  '>': ['&(?:amp;)*gt;'],
  '"': ['&(?:amp;)*quot;'],
};

/** The longest run of letters and digits, in lower case: it stands in every form. */
export function wordOf(text: string): string {
  const words = text.match(/[A-Za-z0-9]+/g) ?? [];
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest), '').toLowerCase();
}
