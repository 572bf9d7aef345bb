import type { storage as English } from '../../en/models/storage';
import { clean } from '../../format';
import { format, plural } from '../format';
import { problems } from '../problems';

const { bytes, count, timeLeft } = format;

const sound = 'Failas sveikas: kiekvienas baitas toks, koks buvo įrašytas.';

export const storage: typeof English = {
  coming({ stage, doneBytes, totalBytes, speed, left }) {
    if (totalBytes === 0) return 'Pradedama';
    const amount = `${bytes(doneBytes)} iš ${bytes(totalBytes)}`;
    if (stage === 'checking') return `patikrinta ${amount}`;
    const rate = speed === null ? [] : speed < 1 ? ['laukiama serverio'] : [`${bytes(speed)}/s`];
    return [amount, ...rate, ...(left === null ? [] : [timeLeft(left)])].join(', ');
  },

  doubt:
    'Serveris failą dabar pažymėjo kitaip nei anksčiau. „Tęsti“ reiškia: tai tas pats failas, tik iš kitos vietos.',

  secret:
    'Šis adresas nurodo ne tik vietą: jame gali būti raktas. Kad atsisiuntimą būtų galima tęsti, adresas laikomas šioje naršyklėje, kol failas bus atsisiųstas arba atsisiuntimas atmestas, ir niekada nerodomas.',

  kept({ usedBytes, freeBytes, persisted }) {
    const used = usedBytes === null ? '' : `Šis puslapis užima ${bytes(usedBytes)} naršyklės saugyklos`;
    const free = freeBytes === null ? '' : `; dar telpa ${bytes(freeBytes)}`;
    const stays = persisted
      ? 'Naršyklė pažadėjo saugyklos pati neišvalyti.'
      : 'Kai diske ims trūkti vietos, naršyklė gali saugyklą išvalyti.';
    return `${used && `${used}${free}. `}${stays}`;
  },

  left(pictures) {
    const stay =
      pictures === 1
        ? 'Vienas vaizdas lieka'
        : plural(pictures, {
            one: `${count(pictures)} vaizdas lieka`,
            few: `${count(pictures)} vaizdai lieka`,
            other: `${count(pictures)} vaizdų lieka`,
          });
    const [made, them] = pictures === 1 ? ['jis sukurtas', 'jį'] : ['jie sukurti', 'juos'];
    return `${stay}: kita kortelė dirba su tuo, iš ko ${made}. Ištrinkite ${them} ten arba pirma uždarykite tą kortelę.`;
  },

  task(task, file) {
    switch (task.kind) {
      case 'verifying':
        return task.totalBytes > 0
          ? `Perskaityta ${bytes(task.doneBytes)} iš ${bytes(task.totalBytes)}`
          : 'Skaitoma…';
      case 'repairing': {
        if (task.totalBytes === 0) return 'Pradedama';
        const amount = `${bytes(task.doneBytes)} iš ${bytes(task.totalBytes)}`;
        return task.stage === 'checking' ? `Perskaityta ${amount}` : `Iš naujo atsiųsta ${amount}`;
      }
      case 'repaired':
        return task.bytes > 0
          ? `Pataisyta: iš naujo atsiųsta ${bytes(task.bytes)}, ir tai tas pats, kas buvo įrašyta.`
          : sound;
      case 'failed':
        return problems.sentence(task.error, file);
      case 'verified': {
        const { damaged, unknown, server } = task;
        if (damaged?.length === 0)
          return unknown > 0 ? `Nieko netrūksta, bet ${bytes(unknown)} nėra su kuo palyginti.` : sound;
        const [first, ...more] = damaged ?? [];
        const others = plural(more.length, {
          one: `ir dar ${count(more.length)} tenzorius`,
          few: `ir dar ${count(more.length)} tenzoriai`,
          other: `ir dar ${count(more.length)} tenzorių`,
        });
        const what =
          first === undefined ? 'failo antraštė' : clean(first, 80) + (more.length > 0 ? ` ${others}` : '');
        const next = server
          ? `Paspauskite „Taisyti“, kad sugadintos dalys būtų iš naujo atsiųstos iš ${clean(server, 80)}, arba dar kartą importuokite`
          : 'Dar kartą importuokite';
        return `Sugadinta: ${what}. ${next} tą patį failą: sugadintos dalys bus pakeistos.`;
      }
    }
  },
};
