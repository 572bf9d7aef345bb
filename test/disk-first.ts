/** The order of test files: that of a full disk first, the others as ever. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where other files have used the browser's databases just before, `quota.test.ts` waits for half a minute. */
export class DiskFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => Number(!moduleId.endsWith('/quota.test.ts'));
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
