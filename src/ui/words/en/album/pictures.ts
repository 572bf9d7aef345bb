/** What is said of pictures and masks that came in. */
import type { Remark } from '../../../files/picture';
import type { MaskTold } from '../../../paint/board.svelte';
import type { Mode } from '../../../settings/settings';
import { clean } from '../../format';

const leftAside = (others: number): string =>
  `${others === 1 ? 'Another picture was' : `${others} other pictures were`} left aside`;

export const pictures = {
  /** What a person should know of the picture in work. */
  remark(remark: Remark, mode: Mode): string {
    switch (remark.kind) {
      case 'reduced':
        return `Scaled down from ${remark.from.width} × ${remark.from.height}, which is more than can be worked on: results are no larger.`;
      case 'clear':
        return mode === 'inpaint' || mode === 'outpaint'
          ? 'Clear parts stay clear where nothing is masked; the model sees white there.'
          : 'Clear parts are drawn as white: nothing shows through the result.';
      case 'deep':
        return 'Its 16 bits a colour were rounded to 8.';
      case 'for-print':
        return 'Its colours, for print (CMYK), were converted for the screen.';
    }
  },

  /** Of several pictures that came at once, one is taken. */
  aside: (others: number): string => `${leftAside(others)}: one at a time is started from.`,

  /** The same of those that may have recipes. */
  recipesAside: (others: number): string => `${leftAside(others)}: one at a time is read.`,

  /** What was made of a file that became the mask. */
  mask({ file, reading, share }: MaskTold): string {
    const name = clean(file, 60);
    if (share === 0) return `Nothing is ${reading} in ${name}, so nothing is masked.`;
    const percent = Math.round(100 * share);
    const how = percent < 1 ? 'less than 1 %' : `${percent} %`;
    return `What is ${reading} in ${name} will be drawn anew: ${how} of the picture.`;
  },
};
