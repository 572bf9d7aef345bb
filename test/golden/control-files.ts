/** Golden nets that guide by pictures, found by listing their folder. */
import { goldenJson, hasGolden, listCases, listGolden, skipped } from './root';

export interface GuideFile {
  readonly name: string;
  readonly layout: string;
  /** Its own, and that of the model that it guides. */
  readonly file: string;
  readonly base: string;
  /** Folders of cases of one run. */
  readonly cases: readonly string[];
}

interface Facts {
  readonly base_model: string;
  /** By layout. */
  readonly files: Readonly<Record<string, { readonly unpacked: string }>>;
}

const ofOneRun = (name: string): boolean => name.startsWith('forward');

/** Each net in each layout that is there. */
export function guideFiles(): GuideFile[] {
  const nets = listGolden('control').filter((net) => listGolden(`control/${net}/cases`).some(ofOneRun));
  if (nets.length === 0) skipped('nets of control with cases of one run');
  return nets.flatMap((name) => {
    const at = `control/${name}`;
    const { base_model, files } = goldenJson(`${at}/case.json`) as Facts;
    const [base] = /models\/[^/]+\/model/.exec(base_model)!; // "../../models/sd1/model.safetensors.gz"
    const cases = listCases(`${at}/cases`, ofOneRun).map((test) => `${at}/cases/${test}`);
    return Object.entries(files)
      .map(([layout, { unpacked }]) => ({ layout, file: `${at}/${unpacked}` }))
      .filter(({ file }) => hasGolden(file))
      .map((one) => ({ name, ...one, base: `${base}.safetensors`, cases }));
  });
}
