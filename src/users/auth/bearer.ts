/** The token of an `Authorization` header, as RFC 6750 spells it: one token and nothing else. */
export function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
}
