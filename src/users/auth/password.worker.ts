import { compareSync, hashSync } from 'bcryptjs';

/** One task of the password thread: to hash with a cost, or to compare with a hash. */
export type PasswordTask = { password: string; cost: number } | { password: string; hash: string };

/** bcrypt keeps its thread busy for a quarter of a second, so it has one of its own. */
export default function work(task: PasswordTask): string | boolean {
  return 'cost' in task ? hashSync(task.password, task.cost) : compareSync(task.password, task.hash);
}
