/** Pushes of the task under way: they follow the answer to the request that made them. */
export class PushQueue {
  #pushes: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#pushes.length === 0;
  }

  add(push: () => void): void {
    if (this.isEmpty) queueMicrotask(() => this.#flush());
    this.#pushes.push(push);
  }

  clear(): void {
    this.#pushes = [];
  }

  #flush(): void {
    const pushes = this.#pushes;
    this.#pushes = [];
    for (const push of pushes) push();
  }
}
