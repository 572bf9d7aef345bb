/** What is said where models are looked up at an address and downloaded. */
import { clean } from '../../format';
import { rich, type Rich } from '../../rich';
import { format } from '../format';

const { bytes } = format;

export const downloading = {
  title: 'Download a model',
  download: 'Download',
  address: 'Address',
  look: 'Look',
  addressHint: rich(
    'A Hugging Face model or file, or any ',
    { code: '.safetensors' },
    ' file whose server lets other sites read it. Looking asks that server for headers only: you see what a model is, its size and its licence before you download it.',
  ),
  lookingAt: (address: string): string => `Looking at ${address}…`,

  known: 'Well-known models under open licences',
  gated: 'Its page asks you to sign in and agree to its licence. Download the file there, and drop it here.',
  openPage: 'Open page',
  openPageOf: (name: string): string => `Open the page of ${name}`,
  lookAt: (name: string): string => `Look at ${name}`,

  licence: (licence: string): string => `Licence: ${clean(licence, 60)}.`,
  noLicence: 'Its server names no licence.',
  downloadNamed: (file: string, size: number): string => `Download ${file}, ${bytes(size)}`,
  another: 'Another download is under way; the next can begin when it is done.',

  progress: 'Download',
  checking: (file: string): Rich => ['Checking ', { strong: file }],
  coming: (file: string): Rich => ['Downloading ', { strong: file }],
  stop: 'Stop download',
  unfinished: (file: string, done: number, total: number): Rich => [
    'The download of ',
    { strong: file },
    ` is not finished: ${bytes(done)} of ${bytes(total)} are here.`,
  ],
  /** @param file may be empty. */
  unreadable: (file: string): Rich => [
    'What the browser remembers of the download of ',
    { strong: file || 'a model' },
    ' cannot be read any more. Discard it and begin anew.',
  ],
  goOnWith: (file: string): string => `Go on with the download of ${file}`,
  discard: (file: string): string => `Discard the download of ${file}`,
  discardAsked: (file: string): string => `Discard the download of ${file}?`,
  discardHint: (done: number): string =>
    `Delete what has arrived? Those ${bytes(done)} would have to be downloaded again.`,
};
