/** What an account's key says that it may do; all of them read and trade. */
export interface SimPermissions {
  /** There is nothing to withdraw with: the venues' endpoints for that are not simulated. */
  readonly withdraw: boolean;
  /** Works from 127.0.0.1 alone, which is where all clients are. */
  readonly ipRestricted: boolean;
}

export const ORDINARY_PERMISSIONS: SimPermissions = { withdraw: false, ipRestricted: false };

/** The addresses that a key is bound to; none: any address. */
export const boundTo = ({ ipRestricted }: SimPermissions): readonly string[] => (ipRestricted ? ['127.0.0.1'] : []);
