/** The form of our client order ids: instance (5) + epoch (4) + sequence (8), all base 36. Here for those who have to tell
 *  ours from the orders of a person or of another program. Pure. */

export const CLIENT_ID = { INSTANCE: 5, EPOCH: 4, SEQUENCE: 8, LENGTH: 17 } as const;

/** Whether an id was made by this engine instance, in whatever epoch. */
export const isOurs = (clientId: string, instance: string): boolean =>
  clientId.length === CLIENT_ID.LENGTH && clientId.startsWith(instance);

/** Which of the instance's executors made it. */
export const epochOf = (clientId: string): number =>
  Number.parseInt(clientId.slice(CLIENT_ID.INSTANCE, CLIENT_ID.INSTANCE + CLIENT_ID.EPOCH), 36);
