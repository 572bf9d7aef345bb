import type { MaskTold } from '../../../paint/board.svelte';
import type { pictures as English } from '../../en/album/pictures';
import { clean } from '../../format';
import { plural } from '../format';

/** What of a file became the mask, and that there is none of it. */
const readings: Readonly<Record<MaskTold['reading'], readonly [what: string, nothing: string]>> = {
  white: ['balta', 'nieko balto'],
  bright: ['šviesu', 'nieko šviesaus'],
  painted: ['nupiešta', 'nieko nupiešto'],
  clear: ['skaidru', 'nieko skaidraus'],
};

const leftAside = (others: number): string =>
  others === 1
    ? 'Kitas vaizdas atidėtas į šalį'
    : plural(others, {
        one: `Dar ${others} vaizdas atidėtas į šalį`,
        few: `Dar ${others} vaizdai atidėti į šalį`,
        other: `Dar ${others} vaizdų atidėta į šalį`,
      });

export const pictures: typeof English = {
  remark(remark, mode) {
    switch (remark.kind) {
      case 'reduced':
        return `Vaizdas sumažintas: ${remark.from.width} × ${remark.from.height} yra daugiau, nei galima apdoroti, tad ir rezultatai nebus didesni.`;
      case 'clear':
        return mode === 'inpaint' || mode === 'outpaint'
          ? 'Skaidrios dalys lieka skaidrios ten, kur nėra kaukės; modelis jas mato baltas.'
          : 'Skaidrios dalys piešiamos baltos: rezultatas nepersišviečia.';
      case 'deep':
        return '16 bitų spalvos suapvalintos iki 8 bitų.';
      case 'for-print':
        return 'Spaudai skirtos spalvos (CMYK) paverstos ekrano spalvomis.';
    }
  },

  aside: (others) => `${leftAside(others)}: vienu metu pradedama nuo vieno.`,

  recipesAside: (others) => `${leftAside(others)}: vienu metu skaitomas vienas.`,

  mask({ file, reading, share }) {
    const [what, nothing] = readings[reading];
    const name = clean(file, 60);
    if (share === 0) return `Faile „${name}“ nėra ${nothing}, tad kaukė nieko nedengia.`;
    const percent = Math.round(100 * share);
    const how = percent < 1 ? 'mažiau nei 1 %' : `${percent} %`;
    return `Kas faile „${name}“ ${what}, bus nupiešta iš naujo: ${how} vaizdo.`;
  },
};
