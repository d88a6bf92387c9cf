/** Whether client ids rise. They are instance (5), epoch (4) and sequence (8) in base 36, of fixed width, so that within
 *  an instance a later one is also the greater text. Ids of another form are nobody's business here. */

const FORM = /^([0-9a-z]{5})([0-9a-z]{4})[0-9a-z]{8}$/;

export class IdOrder {
  readonly #newest = new Map<string, string>();
  #epoch: number | undefined;

  /** An executor of this epoch makes the ids from here on; undefined: of one that is not known. */
  runs(epoch: number | undefined): void {
    this.#epoch = epoch;
  }

  /** What is wrong with an id that was not announced before, as figures; undefined when nothing is. */
  check(clientId: string): Readonly<Record<string, string>> | undefined {
    const [, instance = '', epochText = ''] = FORM.exec(clientId) ?? [];
    if (instance === '') return undefined;
    const before = this.#newest.get(instance) ?? '';
    if (clientId <= before) return { before };
    this.#newest.set(instance, clientId);
    const epoch = Number.parseInt(epochText, 36);
    if (this.#epoch === undefined || epoch === this.#epoch) return undefined;
    return { id: `epoch ${epoch}`, log: `epoch ${this.#epoch}` };
  }
}
