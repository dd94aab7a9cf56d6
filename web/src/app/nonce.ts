/** What the server put into this very answer, so that style elements made at run time are allowed. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}
