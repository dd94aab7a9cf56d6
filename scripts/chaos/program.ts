import type { Client } from './client.ts';

/** A program that uses the service, and what it was told to be there. */
export interface Program {
  client: Client;
  chatId: string;
  datasets: { id: string; hash: string; rows: number }[];
  runs: { id: string; rows: number }[];
  predictions: number;
}
