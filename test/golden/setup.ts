/** Runs with each file of golden tests. */
import { afterAll } from 'vitest';
import { leaveAll } from './runtime';

afterAll(leaveAll);
