/** Binance's WebSocket API (https://developers.binance.com/docs/binance-spot-api-docs/websocket-api) over the
 *  operations, with the user data stream on the same connection. */
import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../../core/random.ts';
import type { VenueFaults } from '../../fault-port.ts';
import { lookup } from '../../lookup.ts';
import type { ExchangeEvent, SimAccount } from '../../port.ts';
import type { Connection, ConnectionHandlers } from '../../server.ts';
import { BinanceRefusal, notSubscribed, shutDown, subscribed, unknownKey } from './errors.ts';
import { newKeepAlive } from './keep-alive.ts';
import { type Desk, faultPlace, type Operation } from './operation.ts';
import { WS_OPERATIONS } from './operations.ts';
import { accountPosition, executionReport } from './order-bodies.ts';
import type { Params } from './params.ts';
import { accountOf, checkSignature, checkTiming, hasEd25519 } from './sign.ts';
import { type Request, readRequest } from './ws-request.ts';

/** Weights of what is not an operation of both APIs. */
const CONNECT_WEIGHT = 2;
const SESSION_WEIGHT = 2;

interface Session {
  readonly connection: Connection;
  readonly connectedAt: number;
  /** By subscription id. */
  readonly subscriptions: Map<number, SimAccount>;
  /** Whose requests need no key and no signature here, and since when. */
  loggedOn: { readonly account: SimAccount; readonly since: number } | undefined;
  nextSubscriptionId: number;
  returnRateLimits: boolean;
  /** Events held back while an order of this connection is answered. */
  held: string[] | undefined;
}

export interface WsApi {
  connect(connection: Connection): ConnectionHandlers;
  disconnect(): number;
  readonly connections: number;
  readonly requests: number;
  readonly eventsSent: number;
  close(): void;
}

export function newWsApi(desk: Desk, faults: VenueFaults, clock: Clock, random: Random): WsApi {
  const sessions = new Set<Session>();
  const { exchange, limits } = desk;
  let executionId = 1;
  let requests = 0;
  let eventsSent = 0;

  const pushEvent = (account: SimAccount, event: object): void => {
    for (const session of sessions) {
      for (const [subscriptionId, subscriber] of session.subscriptions) {
        if (subscriber !== account) continue;
        const text = JSON.stringify({ subscriptionId, event });
        eventsSent++;
        const copies = faults.take('duplicate', { scope: 'private' }) === undefined ? 1 : 2;
        for (let copy = 0; copy < copies; copy++) {
          if (session.held === undefined) session.connection.send(text);
          else session.held.push(text);
        }
      }
    }
  };

  const stopListening = exchange.onEvent((event: ExchangeEvent) => {
    if (event.kind === 'OrderChanged') {
      const { order, cause, fill } = event;
      const cancelId = cause === 'canceled' ? desk.cancelIds.get(order.id) : undefined;
      pushEvent(order.account, executionReport(cause, order, fill, executionId++, cancelId));
    } else if (event.kind === 'BalancesChanged') {
      pushEvent(event.account, accountPosition(event.account, event.assets, event.at));
    }
  });

  const reply = (
    session: Session,
    request: Pick<Request, 'id' | 'returnRateLimits'>,
    body: object,
    orders: boolean,
  ): void => {
    const rows = request.returnRateLimits ? { rateLimits: limits.rows(orders) } : {};
    session.connection.send(JSON.stringify({ id: request.id, ...body, ...rows }));
  };

  const refuse = (
    session: Session,
    request: Pick<Request, 'id' | 'returnRateLimits'>,
    refusal: BinanceRefusal,
    orders: boolean,
  ): void => {
    const { status, code, message, retryAt } = refusal;
    const data = retryAt === undefined ? {} : { data: { serverTime: clock.wallMs(), retryAfter: retryAt } };
    reply(session, request, { status, error: { code, msg: message, ...data } }, orders);
  };

  /** The account that signed a request, or that its connection is logged on for. */
  const authenticate = (session: Session, params: Params): SimAccount => {
    const { loggedOn } = session;
    if (loggedOn === undefined || params.peek('apiKey') !== undefined || params.peek('signature') !== undefined) {
      return signer(params);
    }
    checkTiming(params, clock.wallMs());
    params.text('recvWindow');
    return loggedOn.account;
  };

  const signer = (params: Params): SimAccount => {
    const account = accountOf(exchange, params.needed('apiKey'));
    checkTiming(params, clock.wallMs());
    checkSignature(account, params.signedText(), params);
    params.text('recvWindow');
    return account;
  };

  const runOperation = (session: Session, request: Request, operation: Operation): void => {
    const isOrder = request.method === 'order.place';
    const place = faultPlace(desk, request.params.peek('symbol'));
    if (isOrder && faults.take('timeout-before-accept', place) !== undefined) return;
    if (faults.peek('maintenance') !== undefined) throw shutDown();
    limits.useWeight(operation.weight(request.params));
    const account = operation.security === 'signed' ? authenticate(session, request.params) : undefined;
    if (operation.counts) limits.useOrder();
    const act = (): void => {
      // The venue's two answers to an order race each other: its events come as often before the response as after.
      const eventsFirst = operation.matching && random.next() < 0.5;
      if (operation.matching && !eventsFirst) session.held = [];
      try {
        const result = operation.run(desk, request.params, account);
        const unanswered = isOrder && faults.take('timeout-after-accept', place) !== undefined;
        if (!unanswered) reply(session, request, { status: 200, result }, operation.counts);
      } catch (thrown) {
        if (!(thrown instanceof BinanceRefusal)) throw thrown;
        refuse(session, request, thrown, operation.counts);
      } finally {
        const held = session.held ?? [];
        session.held = undefined;
        for (const text of held) session.connection.send(text);
      }
    };
    if (operation.matching) exchange.arrive(act);
    else act();
  };

  const terminate = (session: Session, subscriptionId: number): void => {
    session.subscriptions.delete(subscriptionId);
    const event = { e: 'eventStreamTerminated', E: clock.wallMs() };
    session.connection.send(JSON.stringify({ subscriptionId, event }));
  };

  const unsubscribe = (session: Session, params: Params): object => {
    const id = params.integer('subscriptionId');
    params.done();
    if (session.subscriptions.size === 0) throw notSubscribed();
    if (id !== undefined && !session.subscriptions.has(id)) throw notSubscribed();
    for (const known of id === undefined ? [...session.subscriptions.keys()] : [id]) terminate(session, known);
    return {};
  };

  const subscribe = (session: Session, account: SimAccount): object => {
    if ([...session.subscriptions.values()].includes(account)) throw subscribed();
    const subscriptionId = session.nextSubscriptionId++;
    session.subscriptions.set(subscriptionId, account);
    return { subscriptionId };
  };

  const sessionStatus = (session: Session): object => ({
    apiKey: session.loggedOn?.account.apiKey ?? null,
    authorizedSince: session.loggedOn?.since ?? null,
    connectedSince: session.connectedAt,
    returnRateLimits: session.returnRateLimits,
    serverTime: clock.wallMs(),
    userDataStream: session.subscriptions.size > 0,
  });

  /** Requests about the connection itself. */
  const SESSION_METHODS: Readonly<Record<string, (session: Session, params: Params) => unknown>> = {
    'userDataStream.subscribe.signature': (session, params) => {
      const account = authenticate(session, params);
      params.done();
      return subscribe(session, account);
    },
    'userDataStream.unsubscribe': unsubscribe,
    'session.subscriptions': (session) =>
      [...session.subscriptions.keys()].map((subscriptionId) => ({ subscriptionId })),
    'session.status': sessionStatus,
    'session.logon': (session, params) => {
      const account = signer(params);
      params.done();
      if (!hasEd25519(account)) throw hmacNotSupported();
      session.loggedOn = { account, since: clock.wallMs() };
      return sessionStatus(session);
    },
    'session.logout': (session) => {
      session.loggedOn = undefined;
      return sessionStatus(session);
    },
    'userDataStream.subscribe': (session) => {
      if (session.loggedOn === undefined) throw unknownKey();
      return subscribe(session, session.loggedOn.account);
    },
  };

  const onRequest = (session: Session, request: Request): void => {
    requests++;
    const operation = lookup(WS_OPERATIONS, request.method);
    const sessionMethod = lookup(SESSION_METHODS, request.method);
    try {
      if (operation !== undefined) {
        runOperation(session, request, operation);
        return;
      }
      if (sessionMethod === undefined) throw new BinanceRefusal(400, -1000, `Unknown method: ${request.method}`);
      limits.useWeight(SESSION_WEIGHT);
      const result = sessionMethod(session, request.params);
      reply(session, request, { status: 200, result }, false);
    } catch (thrown) {
      if (!(thrown instanceof BinanceRefusal)) throw thrown;
      refuse(session, request, thrown, operation?.counts ?? false);
    }
  };

  return {
    connect(connection) {
      const session: Session = {
        connection,
        connectedAt: clock.wallMs(),
        subscriptions: new Map(),
        loggedOn: undefined,
        nextSubscriptionId: 0,
        returnRateLimits: new URLSearchParams(connection.query).get('returnRateLimits') !== 'false',
        held: undefined,
      };
      sessions.add(session);
      const keepAlive = newKeepAlive(connection, clock);
      try {
        limits.useWeight(CONNECT_WEIGHT);
      } catch {
        connection.close(1008, 'Too many requests');
      }
      return {
        onMessage: (text) => {
          const read = readRequest(text, session.returnRateLimits);
          if (read.ok) onRequest(session, read.request);
          else refuse(session, { id: read.id, returnRateLimits: session.returnRateLimits }, read.refusal, false);
        },
        onPong: () => keepAlive.onPong(),
        onClose: () => {
          keepAlive.stop();
          sessions.delete(session);
        },
      };
    },
    disconnect() {
      const all = [...sessions];
      for (const { connection } of all) connection.terminate();
      return all.length;
    },
    get connections() {
      return sessions.size;
    },
    get requests() {
      return requests;
    },
    get eventsSent() {
      return eventsSent;
    },
    close: stopListening,
  };
}

/** Only Ed25519 keys may log a session on. */
const hmacNotSupported = (): BinanceRefusal => new BinanceRefusal(400, -4056, 'HMAC_SHA256 API key is not supported.');
