/** Mistakes to plant in the memory: each takes away one thing that the protocol stands on. They are edits of the real
 *  source, not copies of it, so that they cannot drift from it; one that no longer applies fails its test. */

export interface Mutant {
  readonly name: string;
  /** File of src/memory. */
  readonly file: string;
  /** Each `from` stands in the file exactly once. */
  readonly edits: readonly { readonly from: string; readonly to: string }[];
}

/** The reader believes whatever it copied. */
export const NO_CLOSING_CHECK: Mutant = {
  name: 'reader without the closing check',
  file: 'quote-table.ts',
  edits: [{ from: 'if (Atomics.load(this.#sequence, at * 2) === before) {', to: 'if (before === before) {' }],
};

/** Readers cannot see that a write is under way; the sequence still rises by two for each version. */
export const NO_ODD_MARK: Mutant = {
  name: 'writer without the odd mark',
  file: 'quote-table.ts',
  edits: [
    {
      from: 'Atomics.store(this.#sequence, at * 2, (sequence + 1) | 0);\n    this.#payload.store(at, quote,',
      to: 'this.#payload.store(at, quote,',
    },
  ],
};

/** The flag of a row is cleared only after its reader is done with it, when it comes for the next one. */
export const CLEARED_AFTER_READ: Mutant = {
  name: 'dirty flag cleared after the row is read',
  file: 'dirty-ring.ts',
  edits: [
    { from: '  take(): number {\n', to: '  #read = -1;\n\n  take(): number {\n    this.#clearRead();\n' },
    {
      from: '    Atomics.store(flags, index, 0);\n    Atomics.store(words, PENDING, 0);\n    return firstRow + index;\n  }\n',
      to: [
        '    this.#read = index;',
        '    return firstRow + index;',
        '  }',
        '',
        '  #clearRead(): void {',
        '    if (this.#read < 0) return;',
        '    Atomics.store(this.#region.flags, this.#read, 0);',
        '    Atomics.store(this.#region.words, PENDING, 0);',
        '    this.#read = -1;',
        '  }',
        '',
      ].join('\n'),
    },
  ],
};
