import type { styles as English } from '../../en/make/styles';
import { clean } from '../../format';
import { format, plural } from '../format';

const { count } = format;

export const styles: typeof English = {
  savedOver: (name) => `Stilius „${clean(name, 60)}“ įrašytas iš naujo.`,

  deleted: (name) => `Stilius „${clean(name, 60)}“ ištrintas.`,

  imported(styles, replaced) {
    const imported = plural(styles, {
      one: `Importuotas ${count(styles)} stilius`,
      few: `Importuoti ${count(styles)} stiliai`,
      other: `Importuota ${count(styles)} stilių`,
    });
    if (replaced === 0) return `${imported}.`;
    if (styles === 1) return `${imported} vietoj to paties pavadinimo stiliaus.`;
    return `${imported}, iš jų ${count(replaced)} – vietoj tų pačių pavadinimų stilių.`;
  },

  none: (file) =>
    `Faile „${clean(file, 60)}“ stilių nėra. A1111 savuosius laiko faile styles.csv, kurio pirmoji eilutė yra „name,prompt,negative_prompt“.`,

  nameTaken: (name) => `Jau yra kitas stilius, pavadintas „${clean(name, 60)}“.`,

  order: (names) => `Tokia tvarka: ${names.map((name) => clean(name, 40)).join(', ')}`,
};
