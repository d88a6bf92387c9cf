/** Tokens minted ahead for the one request that must not wait for a signature: placing an order. Each is used once. */
import type { Clock } from '../../core/clock.ts';

/** As many orders may leave together without one of them being signed on its way. */
const SIZE = 8;
const REFRESH_MS = 30_000;
/** Tokens live 120 s; one that is handed out is at most half as old. */
const MAX_AGE_MS = 60_000;
/** Filled up again when the order is out. */
const REFILL_MS = 5;

interface Token {
  readonly text: string;
  readonly mintedAtMs: number;
}

export class TokenPool {
  readonly #clock: Clock;
  readonly #mint: () => Promise<string>;
  #tokens: Token[] = [];
  #isRunning = false;
  #isFilling = false;
  #cancelRefresh = (): void => {};
  #cancelRefill = (): void => {};

  constructor(clock: Clock, mint: () => Promise<string>) {
    this.#clock = clock;
    this.#mint = mint;
  }

  /** Mints, and keeps what it has young. */
  async start(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#refreshLater();
    await this.#fill();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancelRefresh();
    this.#cancelRefill();
    this.#tokens = [];
  }

  /** The venue's time turned out to be another: what was signed with the old one is of no use. */
  renew(): void {
    this.#tokens = [];
    this.#refillSoon();
  }

  /** A token that nobody else has; undefined when there is none at hand. */
  take(): string | undefined {
    for (;;) {
      const token = this.#tokens.shift();
      this.#refillSoon();
      if (token === undefined) return undefined;
      // Timers stand still while the machine sleeps.
      if (this.#nowMs() - token.mintedAtMs < MAX_AGE_MS) return token.text;
    }
  }

  #refreshLater(): void {
    this.#cancelRefresh = this.#clock.after(REFRESH_MS, () => {
      const oldestMs = this.#nowMs() - REFRESH_MS + REFILL_MS;
      this.#tokens = this.#tokens.filter(({ mintedAtMs }) => mintedAtMs > oldestMs);
      this.#refreshLater();
      void this.#fill();
    });
  }

  #refillSoon(): void {
    if (!this.#isRunning) return;
    this.#cancelRefill();
    this.#cancelRefill = this.#clock.after(REFILL_MS, () => void this.#fill());
  }

  async #fill(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      while (this.#isRunning && this.#tokens.length < SIZE) {
        const mintedAtMs = this.#nowMs();
        this.#tokens.push({ text: await this.#mint(), mintedAtMs });
      }
    } finally {
      this.#isFilling = false;
    }
  }

  #nowMs(): number {
    return this.#clock.monotonicNs() / 1e6;
  }
}
