/** The one piece of WebAssembly that is used here; Node's types leave the namespace to the DOM library. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: ArrayBufferLike;
  }
}
