/** What an API key may do; a signed-in person may do all of it. */
export const SCOPES = ['read', 'train', 'predict'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who is calling: a person by the access token of a session, or a program by an API key. */
export interface Principal {
  userId: string;
  /** When the credential ends by itself, in milliseconds since 1970; never, if not said. */
  endsAt?: number;
  /** Set for access tokens. */
  sessionId?: string;
  /** Set for API keys. */
  apiKeyId?: string;
  /** Set for API keys: all that they may do. */
  scopes?: readonly Scope[];
}
