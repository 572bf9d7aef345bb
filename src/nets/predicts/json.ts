/** JSON that Python wrote: configurations beside models, and values in their metadata. */
import { isObject, type Fields } from '../../objects';

/**
 * Numbers that Python writes into JSON, which has none of them: the configuration of a DPMSolverMultistepScheduler says
 * `"lambda_min_clipped": -Infinity`. In the first group, texts, which stay as they are.
 */
const PYTHON_NUMBERS = /("(?:[^"\\]|\\.)*")|-?\b(?:Infinity|NaN)\b/g;

/** The fields of an object in JSON, as Python's json writes it; null for any other text. */
export function jsonFields(json: string | undefined): Fields | null {
  const text = json?.replace(PYTHON_NUMBERS, (_, quoted: string | undefined) => quoted ?? 'null');
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
