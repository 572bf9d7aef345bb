/** What is said where one sees what the browser keeps for this page. */
import { format } from '../format';

const { bytes } = format;

export const storing = {
  title: 'Storage',
  size: (size: number, shared: number): string =>
    `${bytes(size)}${shared > 0 ? `, of which ${bytes(shared)} are shared with other models and there once` : ''}`,
  repair: 'Repair',
  repairNamed: (name: string): string => `Repair ${name}`,
  verify: 'Verify',
  verifyNamed: (name: string): string => `Verify ${name}`,
  saveAsFile: 'Save as file',
  saveNamed: (name: string): string => `Save ${name} as a file`,
  verifying: (name: string): string => `Verifying ${name}`,
  repairing: (name: string): string => `Repairing ${name}`,
  noModels: 'No model is stored in this browser.',
  pictures: 'Pictures',
  deletePictures: 'Delete all pictures',
};
