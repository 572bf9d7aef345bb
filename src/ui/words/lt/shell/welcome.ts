import type { welcome as English } from '../../en/shell/welcome';

export const welcome: typeof English = {
  title: 'Pradžiai',
  miniature: [
    'Pridedamas modelis yra ',
    { strong: 'miniatiūra' },
    ': moka apie aštuoniasdešimt angliškų žodžių, pavyzdžiui, „red apple“, ir piešia 96 × 96 pikselių vaizdus.',
  ],
  models: [
    'Norėdami ',
    { strong: 'daugiau' },
    ', atsineškite „Stable Diffusion“ failą ',
    { code: '.safetensors' },
    ': nuvilkite jį į šį puslapį arba paspauskite „Importuoti“. Tokių failų rasite „Hugging Face“ ir „Civitai“.',
  ],
  kept: [
    'Įrašyti vaizdai ',
    { strong: 'išlaiko savo nustatymus' },
    ': nuvilkite vaizdą čia ir tęskite nuo jo.',
  ],
  find: 'Rasti modelį',
  understood: 'Supratau',
  small: 'Miniatiūra, mokanti apie aštuoniasdešimt žodžių.',
  noModel: 'Nuvilkite čia „Stable Diffusion“ failą, ir ji ims piešti.',
  how: {
    text: 'Parašykite, kas joje turi būti, ir paspauskite „Generuoti“.',
    image: 'Pasirinkite, nuvilkite ar įklijuokite vaizdą, kad jis būtų perpieštas.',
    inpaint: 'Pasirinkite, nuvilkite ar įklijuokite vaizdą ir uždažykite, ką reikia pakeisti.',
    outpaint: 'Pasirinkite, nuvilkite ar įklijuokite vaizdą, kad jis tęstųsi už kraštų.',
    instruct: 'Pasirinkite, nuvilkite ar įklijuokite vaizdą ir parašykite, ką pakeisti.',
  },
};
