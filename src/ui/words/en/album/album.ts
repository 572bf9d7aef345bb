/** What is said of the pictures that were made, and of keeping them. */
import { clean } from '../../format';
import { format, plural } from '../format';

const { count } = format;

const pictures = (n: number): string => plural(n, { one: '1 picture', other: `${count(n)} pictures` });

export const album = {
  /** How many are kept, of how many at most (null: as many as there is room for), and how large they are. */
  kept(number: number, most: number | null, size: number): string {
    const how = most === null ? 'until you delete them' : `${count(most)} at most, until you delete them`;
    return number === 0
      ? `None. What you draw is kept in this browser: ${how}.`
      : `${count(number)}, ${format.bytes(size)}. They are kept in this browser: ${how}.`;
  },

  /** Below the newest of them. @param most null: as many as there is room for. */
  strip(most: number | null): string {
    const kept =
      most === null
        ? 'Pictures stay'
        : plural(most, { one: 'The last picture stays', other: `The last ${count(most)} pictures stay` });
    return `${kept} in this browser. Saved ones carry their settings: drop one here to use them again.`;
  },

  /** Before the browser has no room for more. */
  left: (n: number): string =>
    n === 0
      ? 'This browser has no room for another picture: delete some, or models that you do not need. What is drawn now is there for this visit only.'
      : `This browser has room for about ${pictures(n)} more. Delete some, or models that you do not need.`,

  /** Of a picture that was made elsewhere, which may be of any kind. */
  downloadFile: 'Download file',

  most: 'Pictures that are kept',
  asManyAsFit: 'As many as there is room for',
  mostAtOnce: 'A number',
  mostNumber: 'Number of pictures',
  mostHint:
    'Then the oldest makes room for the next one. Pictures with a star stay, and those from elsewhere.',

  imported: (n: number): string =>
    plural(n, { one: '1 picture was added.', other: `${count(n)} pictures were added.` }),

  starred: (n: number, stars: number): string =>
    stars === 0
      ? `The stars of ${pictures(n)} were taken away.`
      : `${pictures(n)} got ${plural(stars, { one: 'a star', other: `${stars} stars` })}.`,

  /** @param folder empty: taken out of theirs. */
  filed: (n: number, folder: string): string =>
    folder === ''
      ? `${pictures(n)} ${plural(n, { one: 'is', other: 'are' })} in no folder now.`
      : `${pictures(n)} ${plural(n, { one: 'is', other: 'are' })} in “${clean(folder, 60)}” now.`,
};
