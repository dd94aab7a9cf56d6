import { workerData } from 'node:worker_threads';
import type { TeamData } from './team.js';
import { follow } from './threads.js';

const { memory, control, rank } = workerData as TeamData;
follow(memory, control, rank);
