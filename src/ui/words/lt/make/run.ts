import type { MemorySavings } from '../../../../engine/api';
import type { Stage } from '../../../run/news';
import type { run as English } from '../../en/make/run';
import { clean } from '../../format';
import { app } from '../shell/app';
import { control } from '../guide/control';
import { format, plural } from '../format';
import { models } from '../models/models';
import { nets } from '../models/nets';
import { problems } from '../problems';
import { queue } from './queue';
import { reference } from '../guide/reference';

const { bytes, count, duration } = format;

/** Where a picture is drawn anew in tiles, which one. */
const tileWords = ({ tile }: Extract<Stage, { kind: 'step' }>): string =>
  tile && tile.of > 1 ? `Plytelė ${tile.number} iš ${tile.of} · ` : '';

const savings: Record<Exclude<keyof MemorySavings, 'bits'>, string> = {
  apart: 'vienu metu įkeliama tik viena modelio dalis',
  single: 'UNet žiūri į užklausas iš eilės, o ne kartu',
  turns: 'UNet ir jį valdantys tinklai kiekviename žingsnyje įkeliami pakaitomis',
  tile: 'vaizdas koduojamas ir dekoduojamas plytelėmis',
};

const obstacles: (typeof English)['obstacles'] = {
  ...control.obstacles,
  ...reference.obstacles,
  'no-picture': 'Pasirinkite vaizdą, nuo kurio pradėti',
  'no-mask': 'Uždažykite tai, kas turi pasikeisti',
  'all-kept': 'Paliekama viskas: ištrinkite kaukę ten, kur vaizdas turi keistis',
  'no-margin': 'Patempkite rėmelio kraštą arba nurodykite, kiek pikselių pridėti',
  'only-instruct': 'Šis modelis vaizdus keičia pagal nurodymą: rinkitės „Nurodyti“ arba kitą modelį',
  'no-instruct': 'Šis modelis nurodymų nesupranta: pasirinkite InstructPix2Pix modelį',
};

const stage: (typeof English)['stage'] = (progress) => {
  switch (progress?.kind) {
    case undefined:
      return 'Pradedama';
    case 'waiting':
      return 'Piešia kita kortelė: ši pradės, kai ana baigs';
    case 'fetching':
      return `Atsisiunčiamas modelis, ${bytes(progress.doneBytes)} iš ${bytes(progress.totalBytes)}`;
    case 'reading':
      return `Skaitoma: ${nets.names[progress.net]}, ${bytes(progress.doneBytes)} iš ${bytes(progress.totalBytes)}`;
    case 'checking':
      return `Lyginama su tuo, kas buvo įrašyta: ${nets.names[progress.net]}, ${bytes(progress.doneBytes)} iš ${bytes(progress.totalBytes)}`;
    case 'compiling':
      return `Kompiliuojama: ${nets.names[progress.net]}`;
    case 'encoding':
      return progress.what === 'prompt' ? 'Skaitoma užklausa' : 'Skaitomas vaizdas';
    case 'step':
      return `${tileWords(progress)}Žingsnis ${progress.step} iš ${progress.steps}`;
    case 'decoding':
      return 'Dekoduojamas vaizdas';
    case 'enlarging':
      return `Didinamas vaizdas, ${progress.done} iš ${count(progress.tiles)} ${plural(progress.tiles, { one: 'plytelės', few: 'plytelių', other: 'plytelių' })}`;
  }
};

export const run: typeof English = {
  stopNow: 'Stabdyti dabar',
  stopNowHint: 'Nutraukia vykdomą žingsnį. Kitam vaizdui modelis atveriamas iš naujo.',
  obstacles,

  news(news) {
    switch (news.kind) {
      case 'no-prompt':
        return 'Parašykite, kas turi būti vaizde, arba paspauskite dar kartą, jei norite piešti be žodžių.';
      case 'no-upscaler':
        return models.noUpscaler;
      case 'alike':
        return queue.alike;
      case 'waits':
        return queue.waits(news.waiting, news.held);
      case 'obstacle':
        return `${obstacles[news.obstacle]}.`;
      case 'picture':
        return queue.picture(news.number, news.of);
      case 'done': {
        const done =
          news.pictures === 1
            ? `Baigta: vaizdas užtruko ${duration(news.took)}.`
            : `Baigta: ${count(news.pictures)} ${plural(news.pictures, { one: 'vaizdas', few: 'vaizdai', other: 'vaizdų' })} per ${duration(news.took)}.`;
        const failed = news.failed ? ` ${queue.failed(news.failed)}` : '';
        return `${done}${failed}${news.alike ? ` ${queue.alikeNow}` : ''}`;
      }
      case 'cancelled':
        if (news.next) return queue.cancelledNext;
        return news.of === 1 ? 'Atšaukta.' : `Atšaukta: baigta vaizdų – ${news.pictures} iš ${news.of}.`;
      case 'failed':
        return news.next ? queue.failedNext : 'Nupiešti nepavyko.';
    }
  },

  title(run, unseen, { number, of } = { number: 1, of: 1 }) {
    if (run.kind === 'running') {
      const { stage } = run;
      const step = stage?.kind === 'step' ? `${stage.step}/${stage.steps}` : 'Dirbama';
      return `${of === 1 ? '' : `${queue.place(number, of)} `}${step} · Drobė`;
    }
    if (unseen?.kind === 'done') return 'Baigta · Drobė';
    return unseen?.kind === 'failed' ? 'Nepavyko · Drobė' : app.title;
  },

  negative({ negative, guidance }, model) {
    if (!negative.trim()) return '';
    if (model?.ignoresNegative) return 'Neveikia: šio modelio užklausos laikymasis įmontuotas.';
    return guidance <= 1 && model?.kind !== 'instruct'
      ? 'Neveikia, kai užklausos laikymasis yra 1 arba mažesnis.'
      : '';
  },

  running({ number, of, stage: now, stopping }) {
    if (stopping) return 'Stabdoma…';
    const picture = of > 1 ? `${number} vaizdas iš ${of} · ` : '';
    return `${picture}${stage(now)}`;
  },

  phases: {
    ready: 'Ruošiamasi',
    drawing: 'Piešiama',
    finishing: 'Baigiama',
  },

  stage,

  notice(notice) {
    switch (notice.code) {
      case 'size-rounded':
        return `Šis modelis piešia ištisais blokais, tad dydis suapvalintas iki ${notice.width} × ${notice.height}.`;
      case 'resumed':
        return `Vidury piešimo sustojo ${notice.after === 'device-lost' ? 'vaizdo plokštė' : 'variklis'}; toliau piešta nuo paskutinio baigto žingsnio.`;
      case 'saving-memory':
        return `Greičiausiam būdui neužtenka atminties, tad ${savings[notice.by]}; tai užtrunka ilgiau.`;
      case 'fewer-bits':
        return `Tokiam modeliui neužtenka atminties, tad jo svoriai suapvalinti iki ${notice.bits} bitų: vaizdas šiek tiek kitoks.`;
      case 'bits-refused':
        return `Šis įrenginys svorius po ${notice.bits} bitus skaičiuoja neteisingai, tad jie naudoti tokie, kokie yra.`;
      case 't5-without-tokenizer':
        return 'T5 nenaudotas, nes nėra failo, kuris jam nurodo, kaip skaidyti žodžius: tokenizer.json iš Stable Diffusion 3 aplanko tokenizer_3 (diffusers pavidalo). Užvilkite jį čia, ir T5 skaitys jūsų užklausas.';
      case 'retried-in-f32':
        return `Pusiniam tikslumui skaičiai buvo per dideli (${nets.names[notice.net]}); ši dalis pakartota visu tikslumu, o tai užtrunka ilgiau.`;
      case 'lists-missing': {
        const names = notice.names.map((name) => `„${clean(name, 60)}“`).join(', ');
        return notice.names.length === 1
          ? `Pakaitų sąrašo ${names} čia nėra, tad jo pavadinimas perskaitytas kaip žodžiai. Sąrašai – tai tekstiniai failai aplanke models/wildcards/, po vieną pakaitą eilutėje.`
          : `Pakaitų sąrašų ${names} čia nėra, tad jų pavadinimai perskaityti kaip žodžiai. Sąrašai – tai tekstiniai failai aplanke models/wildcards/, po vieną pakaitą eilutėje.`;
      }
      case 'lora-in-part':
        return `Iš LoRA „${clean(notice.name, 60)}“ ${models.use(notice.use)}.`;
      case 'words-for-others': {
        const words = notice.words.map((word) => `„${clean(word, 60)}“`).join(', ');
        return notice.words.length === 1
          ? `Žodžio ${words} vektoriai skirti kitos rūšies modeliui, tad jis perskaitytas kaip paprastas žodis.`
          : `Žodžių ${words} vektoriai skirti kitų rūšių modeliams, tad jie perskaityti kaip paprasti žodžiai.`;
      }
      case 'tags-ignored':
        return `Čia niekas neatitinka ${clean(notice.tags.join(' '), 200)}: praleista.`;
    }
  },

  unkept: (error) =>
    `Dabar šioje naršyklėje vaizdų išlaikyti nepavyksta: jie bus tik tol, kol uždarysite puslapį. Atsisiųskite tuos, kurių reikia. ${problems.sentence(error, '')}`,

  unfinished({ settings, steps, stopped }, model) {
    const what = settings.prompt ? `Vaizdas „${clean(settings.prompt, 80)}“` : 'Vaizdas';
    const done =
      steps > 0
        ? `baigta ${steps} ${plural(steps, { one: 'žingsnis', few: 'žingsniai', other: 'žingsnių' })}`
        : 'nebaigtas nė vienas žingsnis';
    const gone = model ? '' : ' Jo modelio nebėra, tad tęsti negalima.';
    const how = stopped ? 'buvo sustabdytas' : 'buvo piešiamas, kai puslapis užsidarė';
    return `${what} ${how}; ${done}.${gone}`;
  },
};
