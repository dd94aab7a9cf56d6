import { isIPv4, isIPv6, SocketAddress } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Whom an address stands for when requests are counted: an IPv4 address for itself; an IPv6 address for its /64, all of
 * which belongs to one customer.
 */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped && isIPv4(mapped)) return mapped;
  if (!isIPv6(address)) return address;
  // Written out in full, whatever short form it came in.
  const { address: short } = new SocketAddress({ family: 'ipv6', address });
  const [front, back] = short.split('::').map((half) => half.split(':').filter(Boolean));
  const gap = short.includes('::') ? Array<string>(8 - front.length - back.length).fill('0') : [];
  return `${[...front, ...gap, ...(gap.length > 0 ? back : [])].slice(0, 4).join(':')}::/64`;
}
